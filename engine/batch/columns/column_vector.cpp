#include "engine/batch/columns/column_vector.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "engine/batch/columns/text_builder.h"

namespace arbors::batch {
namespace {

bool has(const DenseColumn& column, Tag tag) { return (column.kinds & tag_bit(tag)) != 0; }

// Spreads dense entries over the rows of their tag within one array, from the back: saves the
// memory of a second. The other rows become 0.
template <typename T>
void spread_rows(std::vector<T>& values, const std::vector<std::uint8_t>& tags, Tag tag) {
  std::size_t next = values.size();
  values.resize(tags.size());
  T* const data = values.data();
  const auto wanted = static_cast<std::uint8_t>(tag);
  for (std::size_t row = tags.size(); row-- > 0;) {
    const bool here = tags[row] == wanted;
    next -= here;
    data[row] = here ? data[next] : T{};
  }
}

// Moves dense entries to the rows of their tag, among those of other kinds.
template <typename T>
void merge_rows(const std::vector<T>& dense, const std::vector<std::uint8_t>& tags, Tag tag,
                std::vector<T>& out) {
  auto next = dense.begin();
  for (std::size_t row = 0; row < tags.size(); ++row)
    if (tags[row] == static_cast<std::uint8_t>(tag)) out[row] = *next++;
}

template <typename T>
void place(std::vector<T>& dense, const DenseColumn& column, Tag tag, std::vector<T>& out) {
  if (!has(column, tag)) return;
  if (!out.empty()) return merge_rows(dense, column.tags, tag, out);
  out = std::move(dense);
  if (!column.tags.empty()) spread_rows(out, column.tags, tag);
}

void place_texts(DenseTexts& texts, const DenseColumn& column, Tag tag,
                 std::vector<std::uint32_t>& out) {
  if (!has(column, tag)) return;
  if (texts.codes.empty()) {
    texts.codes.reserve(column.rows);
    texts.codes.resize(texts.pool->size());
    std::iota(texts.codes.begin(), texts.codes.end(), 0U);
  }
  place(texts.codes, column, tag, out);
}

// The codes of all kinds, in words for the greatest pool.
Codes codes_of(DenseColumn& column) {
  std::vector<std::uint32_t> codes;
  std::size_t entries = 0;
  const auto add = [&](Tag tag, DenseTexts& texts) {
    place_texts(texts, column, tag, codes);
    if (texts.pool) entries = std::max(entries, texts.pool->size());
  };
  add(Tag::String, column.strings);
  add(Tag::BigNumber, column.big_numbers);
  add(Tag::Opaque, column.opaque);
  place(column.shape_of, column, Tag::Object, codes);
  if (column.shapes) entries = std::max(entries, column.shapes->size());
  return Codes::narrow(std::move(codes), entries);
}

// Sets the nearest double of each big number, before its codes are spread.
std::vector<double> big_reals(const DenseTexts& texts) {
  std::vector<double> values(texts.codes.empty() ? texts.pool->size() : texts.codes.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = nearest_real((*texts.pool)[texts.codes.empty() ? i : texts.codes[i]]);
  return values;
}

std::vector<std::uint32_t> starts_of(const DenseColumn& column) {
  std::vector<std::uint32_t> starts(column.rows + std::size_t{1});
  const std::uint32_t* length = column.lengths.data();
  std::uint32_t at = 0;
  for (std::size_t row = 0; row < column.rows; ++row) {
    starts[row] = at;
    const bool array =
        column.tags.empty() || column.tags[row] == static_cast<std::uint8_t>(Tag::Array);
    if (array) at += *length++;
  }
  starts[column.rows] = at;
  return starts;
}

// Tells how a number too great or too small for a double compares with 1: by where its first
// digit other than 0 stands.
bool beyond_one(std::string_view digits) {
  long exponent = 0;
  const auto e = digits.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view power = digits.substr(e + 1);
    const bool negative = !power.empty() && power[0] == '-';
    if (!power.empty() && (power[0] == '+' || power[0] == '-')) power.remove_prefix(1);
    const auto [end, fault] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (fault == std::errc::result_out_of_range) return !negative;
    if (negative) exponent = -exponent;
    digits = digits.substr(0, e);
  }
  const auto point = std::min(digits.find('.'), digits.size());
  const auto first = digits.find_first_of("123456789");
  return static_cast<long>(point) - static_cast<long>(std::min(first, digits.size())) + exponent >
         0;
}

DenseTexts dense_texts(const TextBuffer& buffer) {
  auto pool = std::make_shared<TextPool>(buffer.pool);
  pool->distinct = buffer.dictionary;
  return {std::move(pool), buffer.codes};
}

// Gathers the shapes of a vector's objects: those in use, in order of first appearance.
void gather_shapes(const Vector& vector, ColumnBuffer& buffer) {
  constexpr std::uint32_t kUnseen = 0xFFFFFFFF;
  std::vector<std::uint32_t> codes(vector.shapes->size(), kUnseen);
  for (std::size_t row = 0; row < vector.rows; ++row) {
    if (vector.tag(row) != Tag::Object) continue;
    std::uint32_t& code = codes[vector.codes[row]];
    if (code == kUnseen) {
      code = static_cast<std::uint32_t>(buffer.shapes.size());
      buffer.shapes.push_back((*vector.shapes)[vector.codes[row]]);
    }
    buffer.shape_of.push_back(code);
  }
}

}  // namespace

double nearest_real(std::string_view digits) {
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc::result_out_of_range) return value;
  value = beyond_one(digits) ? std::numeric_limits<double>::infinity() : 0.0;
  return digits[0] == '-' ? -value : value;
}

VectorPtr spread(DenseColumn&& column) {
  auto vector = std::make_shared<Vector>();
  vector->rows = column.rows;
  vector->kinds = column.kinds;
  if (column.tags.empty() && column.kinds != 0)
    vector->uniform = static_cast<Tag>(std::countr_zero(column.kinds));
  place(column.integers, column, Tag::Integer, vector->integers);
  place(column.reals, column, Tag::Real, vector->reals);
  if (has(column, Tag::BigNumber)) {
    std::vector<double> nearest = big_reals(column.big_numbers);
    place(nearest, column, Tag::BigNumber, vector->reals);
  }
  vector->codes = codes_of(column);
  if (has(column, Tag::Array)) vector->starts = starts_of(column);
  vector->strings = std::move(column.strings.pool);
  vector->big_numbers = std::move(column.big_numbers.pool);
  vector->opaque = std::move(column.opaque.pool);
  vector->shapes = std::move(column.shapes);
  vector->tags = std::move(column.tags);
  return vector;
}

VectorPtr make_vector(const ColumnBuffer& buffer) {
  DenseColumn column;
  column.rows = static_cast<std::uint32_t>(buffer.tags.size());
  column.kinds = kinds_of(buffer.tags);
  if (!std::has_single_bit(column.kinds)) column.tags = buffer.tags;
  column.integers = buffer.integers;
  column.reals = buffer.reals;
  if (has(column, Tag::String)) column.strings = dense_texts(buffer.strings);
  if (has(column, Tag::BigNumber)) column.big_numbers = dense_texts(buffer.big_numbers);
  if (has(column, Tag::Opaque)) column.opaque = dense_texts(buffer.opaque);
  column.lengths = buffer.lengths;
  column.shape_of = buffer.shape_of;
  if (has(column, Tag::Object))
    column.shapes = std::make_shared<const std::vector<std::vector<PathId>>>(buffer.shapes);
  return spread(std::move(column));
}

ColumnBuffer make_buffer(const Vector& vector, PathId path) {
  ColumnBuffer buffer;
  buffer.path = path;
  buffer.tags.reserve(vector.rows);
  TextBuilder strings, big_numbers, opaque;
  for (std::size_t row = 0; row < vector.rows; ++row) {
    const Tag tag = vector.tag(row);
    buffer.tags.push_back(static_cast<std::uint8_t>(tag));
    if (tag == Tag::Integer) buffer.integers.push_back(vector.integers[row]);
    if (tag == Tag::Real) buffer.reals.push_back(vector.reals[row]);
    if (tag == Tag::String) strings.add(vector.text(row));
    if (tag == Tag::BigNumber) big_numbers.add(vector.text(row));
    if (tag == Tag::Opaque) opaque.add(vector.text(row));
    if (tag == Tag::Array) buffer.lengths.push_back(vector.starts[row + 1] - vector.starts[row]);
  }
  if (vector.has(Tag::Object) && vector.shapes != nullptr) gather_shapes(vector, buffer);
  buffer.strings = strings.take();
  buffer.big_numbers = big_numbers.take();
  buffer.opaque = opaque.take();
  return buffer;
}

}  // namespace arbors::batch
