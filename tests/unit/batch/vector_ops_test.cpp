#include "engine/batch/vectors/vector_ops.h"

#include "engine/batch/vectors/vector_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

VectorPtr mixed() {
  VectorBuilder builder;
  builder.append_integer(7);
  builder.append_text("seven");
  builder.append_null();
  builder.append_real(7.5);
  builder.append_json("[7]");
  builder.append_bool(true);
  builder.append_big_number("18446744073709551616", 18446744073709551616.0);
  return builder.finish();
}

void require_row(const Vector& vector, std::size_t row, const Vector& source, std::size_t from) {
  REQUIRE(vector.tag(row) == source.tag(from));
  REQUIRE(compare(value_at(vector, row), value_at(source, from)) == 0);
  REQUIRE(vector.text(row) == source.text(from));
}

}  // namespace

TEST_CASE("gathering picks rows in any order, repeated or absent", "[batch]") {
  const VectorPtr source = mixed();
  const std::vector<std::uint32_t> rows{6, 1, 1, kNoRow, 0, 4};
  const VectorPtr picked = gather(*source, rows);
  REQUIRE(picked->rows == rows.size());
  REQUIRE(picked->strings == source->strings);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == kNoRow)
      REQUIRE(picked->tag(i) == Tag::Missing);
    else
      require_row(*picked, i, *source, rows[i]);
  }
}

TEST_CASE("gathering from a uniform vector keeps it uniform unless a row is absent", "[batch]") {
  const VectorPtr source = constant(Value::of(std::int64_t{5}), 3);
  REQUIRE(gather(*source, std::vector<std::uint32_t>{2, 0})->tags.empty());
  const VectorPtr some = gather(*source, std::vector<std::uint32_t>{2, kNoRow});
  REQUIRE(some->tag(0) == Tag::Integer);
  REQUIRE(some->tag(1) == Tag::Missing);
  REQUIRE(gather(*uniform(Tag::Null, 0), std::vector<std::uint32_t>{kNoRow})->tag(0) ==
          Tag::Missing);
}

TEST_CASE("slices and concatenations hold the rows of their sources", "[batch]") {
  const VectorPtr source = mixed();
  const VectorPtr part = slice(*source, 2, 3);
  REQUIRE(part->rows == 3);
  for (std::size_t i = 0; i < 3; ++i) require_row(*part, i, *source, i + 2);
  const std::vector<VectorPtr> parts{part, constant(Value::of(std::string("x")), 2), source};
  const VectorPtr all = concatenate(parts);
  REQUIRE(all->rows == 12);
  require_row(*all, 2, *source, 4);
  REQUIRE(all->text(4) == "x");
  for (std::size_t i = 0; i < 7; ++i) require_row(*all, i + 5, *source, i);
}

TEST_CASE("rows of NULL take one tag, and the others stay as they are", "[batch]") {
  const VectorPtr source = mixed();
  CHECK(with_nulls_as(source, Tag::Null) == source);
  const VectorPtr gone = with_nulls_as(source, Tag::Missing);
  CHECK(gone->strings == source->strings);
  CHECK_FALSE(gone->has(Tag::Null));
  for (std::size_t i = 0; i < source->rows; ++i) {
    if (i == 2)
      CHECK(gone->tag(i) == Tag::Missing);
    else
      require_row(*gone, i, *source, i);
  }
  CHECK(with_nulls_as(uniform(Tag::Missing, 3), Tag::Null)->tag(2) == Tag::Null);
  const VectorPtr fives = constant(Value::of(std::int64_t{5}), 3);
  CHECK(with_nulls_as(fives, Tag::Null) == fives);
}

TEST_CASE("a constant is the same in every row", "[batch]") {
  for (const Value& value : {Value::null(), Value::of(std::int64_t{3}), Value::of(2.5),
                             Value::of(std::string("text")), Value::json("{}")}) {
    const VectorPtr vector = constant(value, 4);
    REQUIRE(vector->rows == 4);
    REQUIRE(vector->tags.empty());
    REQUIRE(compare(value_at(*vector, 3), value) == 0);
    REQUIRE(value_at(*vector, 3).kind == value.kind);
  }
}

}  // namespace arbors::batch
