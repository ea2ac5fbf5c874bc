#include "engine/batch/vectors/codes.h"

#include <numeric>
#include <string>

#include "engine/batch/columns/column_vector.h"
#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

std::vector<std::uint32_t> counted(std::size_t entries) {
  std::vector<std::uint32_t> codes(entries);
  std::iota(codes.begin(), codes.end(), 0U);
  return codes;
}

std::size_t width(const Codes& codes) {
  return codes.visit([](const auto* words) { return sizeof(*words); });
}

struct Bound {
  std::size_t entries, width;
};
constexpr Bound kBounds[] = {{0, 1},   {1, 1},     {255, 1},   {256, 1},
                             {257, 2}, {65535, 2}, {65536, 2}, {65537, 4}};

// A column of so many texts, each in a row, and every tenth row without one.
ColumnBuffer texts(std::size_t entries) {
  ColumnBuffer buffer;
  buffer.strings.dictionary = true;
  for (std::uint32_t entry = 0; entry < entries; ++entry) {
    buffer.strings.pool.add("text " + std::to_string(entry));
    buffer.strings.codes.push_back(entry);
    buffer.tags.push_back(static_cast<std::uint8_t>(Tag::String));
    if (entry % 10 == 0) buffer.tags.push_back(entry % 20 == 0);  // Missing or Null
  }
  return buffer;
}

}  // namespace

TEST_CASE("codes lie in words that hold the entries' number, and come back", "[batch]") {
  for (const auto& [entries, bytes] : kBounds) {
    const std::vector<std::uint32_t> wide = counted(entries);
    const Codes codes = Codes::narrow(wide, entries);
    REQUIRE(width(codes) == bytes);
    REQUIRE(codes.size() == entries);
    REQUIRE(codes.wide() == wide);
    REQUIRE(codes.memory() == entries * bytes);
    for (std::size_t row = 0; row < entries; ++row) REQUIRE(codes[row] == row);
    REQUIRE(Codes(wide).wide() == wide);
    if (entries < 2) continue;
    const auto last = static_cast<std::uint32_t>(entries - 1);
    const Codes picked = codes.pick(std::vector<std::uint32_t>{last, 0, last});
    REQUIRE(picked.wide() == std::vector<std::uint32_t>{last, 0, last});
    REQUIRE(width(picked) == bytes);
    REQUIRE(codes.cut(entries - 2, 2).wide() == std::vector<std::uint32_t>{last - 1, last});
    std::vector<std::uint32_t> two(2);
    codes.copy(entries - 2, 2, two.data());
    REQUIRE(two == std::vector<std::uint32_t>{last - 1, last});
    Codes blanked = codes;
    blanked.blank(last);
    REQUIRE(blanked[last] == 0);
  }
}

TEST_CASE("columns of texts at the bounds of each width read as they were built", "[batch]") {
  for (const auto& [entries, bytes] : kBounds) {
    if (entries == 0) continue;
    const ColumnBuffer buffer = texts(entries);
    const VectorPtr column = make_vector(buffer);
    REQUIRE(width(column->codes) == bytes);
    std::uint32_t entry = 0;
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < column->rows; ++row) {
      const bool text = column->tag(row) == Tag::String;
      if (text) REQUIRE(column->text(row) == "text " + std::to_string(entry++));
      if (!text) REQUIRE(column->codes[row] == 0);
      if (row % 7 == 3) rows.push_back(row);
      if (row % 100 == 3) rows.push_back(kNoRow);
    }
    const VectorPtr some = gather(*column, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool none = rows[i] == kNoRow;
      REQUIRE(some->tag(i) == (none ? Tag::Missing : column->tag(rows[i])));
      if (!none) REQUIRE(some->text(i) == column->text(rows[i]));
      if (none) REQUIRE(some->codes[i] == 0);
    }
  }
}

// Objects by shape, texts and JSON in one column: the greatest of their numbers decides.
TEST_CASE("a column of several kinds has words for the greatest of their pools", "[batch]") {
  ColumnBuffer buffer = texts(200);
  buffer.shapes.assign(300, {});
  for (std::uint32_t shape = 0; shape < 300; ++shape) {
    buffer.shapes[shape].assign(shape % 5, PathId{});
    buffer.shape_of.push_back(shape);
    buffer.tags.push_back(static_cast<std::uint8_t>(Tag::Object));
  }
  const VectorPtr column = make_vector(buffer);
  REQUIRE(width(column->codes) == 2);
  std::uint32_t shape = 0, entry = 0;
  for (std::uint32_t row = 0; row < column->rows; ++row) {
    if (column->tag(row) == Tag::Object) REQUIRE(column->codes[row] == shape++);
    if (column->tag(row) == Tag::String)
      REQUIRE(column->text(row) == "text " + std::to_string(entry++));
  }
  REQUIRE(shape == 300);
}

}  // namespace arbors::batch
