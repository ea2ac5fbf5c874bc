#include "engine/arrow/texts.h"

#include "tests/unit/catch.h"

#include "engine/arrow/stream.h"
#include "engine/base/error.h"

namespace arbors::arrow {
namespace {

// A column of fixed-width values, which live in the array's own bytes.
struct Column {
  Field field;
  std::string bytes;

  Array array(std::size_t length) const {
    Array made;
    made.field = &field;
    made.length = length;
    made.values = bytes;
    return made;
  }
};

Column column_of(Kind kind, std::uint8_t width, std::vector<std::int64_t> values) {
  Column column;
  column.field.kind = kind;
  column.field.width = width;
  for (const std::int64_t value : values) {
    std::string bytes(reinterpret_cast<const char*>(&value), sizeof value);
    bytes.resize(width, value < 0 ? '\xFF' : '\0');
    column.bytes += bytes;
  }
  return column;
}

std::string json(const Array& array, std::size_t at) {
  Allowance allowance(100);
  std::string out;
  append_json(array, at, allowance, out);
  return out;
}

}  // namespace

TEST_CASE("decimals are numbers of their digits", "[arrow]") {
  Column column = column_of(Kind::Decimal, 16, {150, -1200, 5, -5, 0});
  column.field.scale = 2;
  const Array array = column.array(5);
  CHECK(json(array, 0) == "1.50");
  CHECK(json(array, 1) == "-12");
  CHECK(json(array, 2) == "0.05");
  CHECK(json(array, 3) == "-0.05");
  CHECK(json(array, 4) == "0");
  column.field.scale = -3;
  CHECK(json(array, 0) == "150000");
}

TEST_CASE("times are ISO texts", "[arrow]") {
  Column column = column_of(Kind::Timestamp, 8, {0, -1, 1'600'000'000'123'000, INT64_MAX});
  column.field.per_second = 1000000;
  const Array array = column.array(4);
  CHECK(json(array, 0) == R"("1970-01-01T00:00:00")");
  CHECK(json(array, 1) == R"("1969-12-31T23:59:59.999999")");
  CHECK_THROWS_AS(json(array, 3), Error);
  column.field.zoned = true;
  CHECK(json(array, 2) == R"("2020-09-13T12:26:40.123000+00:00")");
}

TEST_CASE("what points outside is an error", "[arrow]") {
  const Column column = column_of(Kind::Integer, 8, {7, 8});
  const Array values = column.array(2);
  Dictionary dictionary{&column.field, {values, values}};
  Column codes = column_of(Kind::Integer, 8, {1, 2, 4, -1});
  codes.field.dictionary = 0;
  codes.field.index_width = 8;
  Array indices = codes.array(4);
  indices.dictionary = &dictionary;
  CHECK(json(indices, 0) == "8");
  CHECK(json(indices, 1) == "7");
  CHECK_THROWS_AS(json(indices, 2), Error);
  CHECK_THROWS_AS(json(indices, 3), Error);
  CHECK_THROWS_AS(json(indices, 4), Error);
  dictionary.parts = {indices};  // of itself
  CHECK_THROWS_AS(json(indices, 0), Error);
}

TEST_CASE("bytes that are no stream are refused", "[arrow]") {
  for (const std::string_view bytes :
       {std::string_view(), std::string_view("hello"), std::string_view("ARROW1\0\0", 8),
        std::string_view("\xFF\xFF\xFF\xFF\x08\0\0\0\xF0\xFF\xFF\xFF\0\0\0\0", 16)})
    CHECK_THROWS_AS(StreamReader(bytes), Error);
}

}  // namespace arbors::arrow
