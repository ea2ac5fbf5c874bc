#include "engine/batch/vectors/vector_builder.h"

#include <numeric>
#include <random>

#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

VectorPtr random_vector(std::mt19937& random, std::uint32_t rows) {
  VectorBuilder builder;
  for (std::uint32_t i = 0; i < rows; ++i) {
    switch (random() % 6) {
      case 0:
        builder.append_integer(static_cast<std::int64_t>(random()));
        break;
      case 1:
        builder.append_real(static_cast<double>(random()) / 7);
        break;
      case 2:
        builder.append_text("text " + std::to_string(random() % 10));
        break;
      case 3:
        builder.append_json("[" + std::to_string(random()) + "]");
        break;
      case 4:
        builder.append_bool(random() % 2 == 0);
        break;
      default:
        builder.append_missing();
    }
  }
  return builder.finish();
}

}  // namespace

TEST_CASE("rows of several vectors are placed where they belong", "[batch]") {
  std::mt19937 random(5);
  const std::vector<VectorPtr> sources{random_vector(random, 50), random_vector(random, 70),
                                       constant(Value::of(std::string("same")), 30)};
  std::vector<std::uint32_t> positions(150);
  std::iota(positions.begin(), positions.end(), 0U);
  std::shuffle(positions.begin(), positions.end(), random);
  VectorBuilder builder;
  builder.resize(150);
  std::size_t at = 0;
  for (const VectorPtr& source : sources) {
    std::vector<std::uint32_t> rows(source->rows);
    std::iota(rows.begin(), rows.end(), 0U);
    std::shuffle(rows.begin(), rows.end(), random);
    builder.place(*source, rows, RowSpan(positions).subspan(at, rows.size()));
    at += rows.size();
    for (std::size_t i = 0; i < rows.size(); ++i) positions[at - rows.size() + i] |= rows[i] << 16;
  }
  const VectorPtr placed = builder.finish();
  at = 0;
  for (const VectorPtr& source : sources) {
    for (std::size_t i = 0; i < source->rows; ++i, ++at) {
      const std::uint32_t to = positions[at] & 0xFFFF, from = positions[at] >> 16;
      REQUIRE(placed->tag(to) == source->tag(from));
      REQUIRE(compare(value_at(*placed, to), value_at(*source, from)) == 0);
    }
  }
}

TEST_CASE("a shared text is copied once", "[batch]") {
  const VectorPtr source = constant(Value::of(std::string("same")), 100);
  std::vector<std::uint32_t> rows(100);
  std::iota(rows.begin(), rows.end(), 0U);
  VectorBuilder builder;
  builder.resize(100);
  builder.place(*source, rows, rows);
  const VectorPtr placed = builder.finish();
  REQUIRE(placed->strings->size() == 1);
  REQUIRE(placed->text(99) == "same");
}

TEST_CASE("a built vector is uniform where its rows are", "[batch]") {
  VectorBuilder builder;
  builder.append_integer(1);
  builder.append_integer(2);
  VectorPtr vector = builder.finish();
  REQUIRE(vector->tags.empty());
  REQUIRE(vector->uniform == Tag::Integer);
  REQUIRE(builder.rows() == 0);
  builder.append_null();
  builder.append_integer(3);
  builder.append_null();
  vector = builder.finish();
  REQUIRE(vector->tag(2) == Tag::Null);
  REQUIRE(vector->integers == std::vector<std::int64_t>{0, 3, 0});
  REQUIRE(vector->kinds == (tag_bit(Tag::Null) | tag_bit(Tag::Integer)));
  REQUIRE(VectorBuilder().finish()->rows == 0);
}

TEST_CASE("a row copied alone is the row", "[batch]") {
  std::mt19937 random(8);
  const VectorPtr source = random_vector(random, 100);
  VectorBuilder builder;
  for (std::uint32_t row = 100; row-- > 0;) builder.append_from(*source, row);
  const VectorPtr copied = builder.finish();
  for (std::uint32_t row = 0; row < 100; ++row) {
    REQUIRE(copied->tag(row) == source->tag(99 - row));
    REQUIRE(compare(value_at(*copied, row), value_at(*source, 99 - row)) == 0);
  }
}

}  // namespace arbors::batch
