#include "engine/batch/vectors/packed_vector.h"

#include <algorithm>
#include <limits>
#include <random>
#include <string>

#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::batch {
namespace {

void check_same(const Vector& a, const Vector& b) {
  CHECK(a.rows == b.rows);
  CHECK(a.uniform == b.uniform);
  CHECK(a.kinds == b.kinds);
  CHECK(a.tags == b.tags);
  CHECK(a.integers == b.integers);
  CHECK(a.reals == b.reals);
  CHECK(a.codes.wide() == b.codes.wide());
  CHECK(a.starts == b.starts);
  CHECK(a.strings == b.strings);
  CHECK(a.big_numbers == b.big_numbers);
  CHECK(a.opaque == b.opaque);
  CHECK(a.shapes == b.shapes);
}

// The same rows of the vector, which has no arrays.
void check_picks(const Vector& vector) {
  for (const std::uint32_t step : {1U, 3U, 700U}) {
    std::vector<std::uint32_t> at;
    for (std::uint32_t row = 0; row < vector.rows; row += step) at.push_back(row);
    if (at.empty()) continue;
    const VectorPtr picked = PackedVector(vector).pick(at);
    REQUIRE(picked->rows == at.size());
    for (std::uint32_t i = 0; i < picked->rows; ++i) {
      REQUIRE(picked->tag(i) == vector.tag(at[i]));
      REQUIRE(picked->has(picked->tag(i)));
      if (!vector.integers.empty()) REQUIRE(picked->integers[i] == vector.integers[at[i]]);
      if (!vector.reals.empty()) REQUIRE(picked->reals[i] == vector.reals[at[i]]);
      if (!vector.codes.empty()) REQUIRE(picked->codes[i] == vector.codes[at[i]]);
    }
    CHECK(picked->integers.empty() == vector.integers.empty());
    CHECK(picked->strings == vector.strings);
  }
}

void check_unpacks(const Vector& vector) {
  check_same(vector, *PackedVector(vector).unpack());
  if (!vector.has(Tag::Array)) check_picks(vector);
}

Vector integer_vector(std::vector<std::int64_t> values) {
  Vector vector;
  vector.rows = static_cast<std::uint32_t>(values.size());
  vector.uniform = Tag::Integer;
  vector.kinds = tag_bit(Tag::Integer);
  vector.integers = std::move(values);
  return vector;
}

}  // namespace

TEST_CASE("packed integers come back, the least and the greatest too", "[batch]") {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kGreatest = std::numeric_limits<std::int64_t>::max();
  check_unpacks(integer_vector({}));
  check_unpacks(integer_vector({7}));
  check_unpacks(integer_vector({kLeast, kGreatest, 0, -1}));
  check_unpacks(integer_vector({kGreatest, kGreatest}));
  check_unpacks(integer_vector({kLeast, kLeast + 1}));
  std::mt19937_64 random(random_seed());
  for (const unsigned bits : {1U, 13U, 31U, 32U, 33U, 63U, 64U}) {
    std::vector<std::int64_t> values(3000);
    for (std::int64_t& value : values)
      value = static_cast<std::int64_t>((random() >> (64 - bits)) - 1000);
    check_unpacks(integer_vector(values));
  }
}

TEST_CASE("rows of other kinds among integers are 0 again", "[batch]") {
  Vector vector = integer_vector({1732206349000167, 0, 1732206349000168, 0, 0});
  vector.tags = {4, 0, 4, 1, 7};
  vector.kinds = kinds_of(vector.tags);
  vector.codes = Codes(std::vector<std::uint32_t>{0, 0, 0, 0, 3});
  check_unpacks(vector);
  vector.integers = {0, 0, 0, 0, 0};
  vector.tags = {0, 0, 1, 1, 7};
  check_unpacks(vector);
}

TEST_CASE("packed codes, lengths and reals come back, and pools are shared", "[batch]") {
  std::mt19937 random(random_seed());
  Vector vector;
  vector.rows = 2500;
  vector.kinds = tag_bit(Tag::String) | tag_bit(Tag::Array) | tag_bit(Tag::Real);
  auto pool = std::make_shared<TextPool>();
  for (int i = 0; i < 300; ++i) pool->add(std::to_string(i));
  vector.strings = pool;
  vector.starts.push_back(0);
  std::vector<std::uint32_t> codes;
  for (std::uint32_t row = 0; row < vector.rows; ++row) {
    const std::uint32_t kind = random() % 3;
    const Tag tag = kind == 0 ? Tag::String : kind == 1 ? Tag::Array : Tag::Real;
    vector.tags.push_back(static_cast<std::uint8_t>(tag));
    codes.push_back(kind == 0 ? random() % 300 : 0);
    vector.starts.push_back(vector.starts.back() + (kind == 1 ? random() % 9 : 0));
    vector.reals.push_back(kind == 2 ? random() / 7.0 : 0);
  }
  vector.codes = Codes::narrow(codes, pool->size());
  check_unpacks(vector);
  CHECK(PackedVector(vector).memory() < vector.memory());
  codes[0] = 0xFFFFFFFF;
  vector.codes = Codes(std::move(codes));
  check_unpacks(vector);
  std::ranges::replace(vector.tags, static_cast<std::uint8_t>(Tag::Array), std::uint8_t{0});
  vector.kinds = kinds_of(vector.tags);
  vector.starts.clear();
  check_unpacks(vector);
}

TEST_CASE("codes of every width come back", "[batch]") {
  std::mt19937 random(random_seed());
  for (unsigned bits = 0; bits <= 32; ++bits) {
    Vector vector;
    vector.rows = 3100;
    vector.uniform = Tag::Object;
    vector.kinds = tag_bit(Tag::Object);
    std::vector<std::uint32_t> codes(vector.rows);
    const std::uint64_t most = (std::uint64_t{1} << bits) - 1;
    for (std::uint32_t& code : codes) code = static_cast<std::uint32_t>(random() & most);
    codes[1234] = static_cast<std::uint32_t>(most);
    vector.codes = Codes(std::move(codes));
    check_unpacks(vector);
  }
}

TEST_CASE("no rows of arrays stay no rows", "[batch]") {
  Vector vector;
  vector.starts = {0};
  check_unpacks(vector);
}

TEST_CASE("a column is packed where that saves an eighth", "[batch]") {
  std::vector<std::int64_t> small(5000), wide(5000);
  std::mt19937_64 random(random_seed());
  for (std::size_t i = 0; i < small.size(); ++i) {
    small[i] = static_cast<std::int64_t>(i % 100);
    wide[i] = static_cast<std::int64_t>(random());
  }
  const PackedVectorPtr packed_small = packed(integer_vector(small));
  REQUIRE(packed_small != nullptr);
  CHECK(packed_small->memory() < integer_vector(small).memory() / 8);
  CHECK(packed(integer_vector(wide)) == nullptr);
}

}  // namespace arbors::batch
