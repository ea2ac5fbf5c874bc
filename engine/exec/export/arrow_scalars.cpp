#include "engine/exec/export/arrow_scalars.h"

#include <algorithm>
#include <cstring>

#include "engine/base/error.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/exec/export/seen_values.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::tag_bit;
using batch::TagSet;
using batch::Vector;

constexpr std::size_t kCopiedAtOnce = 16;

// Gives the tags that a field's rows may have besides Null and Missing.
TagSet tags_of(ArrowKind kind) {
  switch (kind) {
    case ArrowKind::Bool:
      return tag_bit(Tag::False) | tag_bit(Tag::True);
    case ArrowKind::Integer:
      return tag_bit(Tag::Integer);
    case ArrowKind::Unsigned:
      return tag_bit(Tag::Integer) | tag_bit(Tag::BigNumber);
    case ArrowKind::Real:
      return tag_bit(Tag::Integer) | tag_bit(Tag::Real) | tag_bit(Tag::BigNumber);
    case ArrowKind::Text:
      return tag_bit(Tag::String);
    case ArrowKind::List:
      return tag_bit(Tag::Array);
    case ArrowKind::Struct:
      return tag_bit(Tag::Object);
    case ArrowKind::Json:
      break;
  }
  return static_cast<TagSet>(~batch::kNullTags);
}

bool in(Tag tag, TagSet set) { return (tag_bit(tag) & set) != 0; }

// Finds the tags that occur, exactly (`kinds` may name more).
TagSet tags_in(const Vector& vector) {
  if (vector.rows == 0) return 0;
  if (vector.tags.empty()) return tag_bit(vector.uniform);
  TagSet found = 0;
  for (const std::uint8_t tag : vector.tags) found |= tag_bit(static_cast<Tag>(tag));
  return found;
}

// Packs one bit a row: whether its tag is in the set.
std::string bits(const Vector& vector, TagSet set) {
  std::string packed = no_bits(vector.rows);
  if (vector.tags.empty()) {
    if (!in(vector.uniform, set)) return packed;
    std::fill(packed.begin(), packed.end(), '\xFF');
    if (vector.rows % 8 != 0) packed.back() = static_cast<char>((1 << (vector.rows % 8)) - 1);
    return packed;
  }
  for (std::uint32_t row = 0; row < vector.rows; ++row)
    packed[row / 8] = static_cast<char>(
        packed[row / 8] | static_cast<int>((set >> vector.tags[row]) & 1U) << (row % 8));
  return packed;
}

template <typename Number>
void set_values(const std::vector<Number>& numbers, ArrowArray& to) {
  to.values.assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

// Tells whether row r is entry r of the pool: a column of texts that are all written out.
bool in_order(const Vector& values) {
  for (std::uint32_t row = 0; row < values.rows; ++row)
    if (values.codes[row] != row) return false;
  return true;
}

// Copies `size` bytes; as many as fit a register at once where both sides have the room for it.
void copy_text(const char* from, const char* from_end, std::size_t size, char* to) {
  if (size <= kCopiedAtOnce && from + kCopiedAtOnce <= from_end) {
    std::memcpy(to, from, kCopiedAtOnce);
  } else {
    std::memcpy(to, from, size);
  }
}

}  // namespace

ArrowArray arrow_array(const ArrowField& field, const Vector& values) {
  if ((tags_in(values) & ~batch::kNullTags & ~tags_of(field.kind)) != 0)
    throw_corrupt("'" + field.name + "' holds a kind of value that its statistics do not know");
  ArrowArray array;
  array.rows = values.rows;
  if (values.tags.empty()) {
    array.nulls = in(values.uniform, batch::kNullTags) ? values.rows : 0;
  } else {
    for (const std::uint8_t tag : values.tags)
      array.nulls += in(static_cast<Tag>(tag), batch::kNullTags) ? 1 : 0;
  }
  if (array.nulls != 0) array.validity = bits(values, static_cast<TagSet>(~batch::kNullTags));
  return array;
}

void add_booleans(const Vector& values, ArrowArray& to) {
  to.values = bits(values, tag_bit(Tag::True));
}

void add_integers(const Vector& values, ArrowArray& to) {
  if (values.integers.empty())
    to.values.assign(values.rows * sizeof(std::int64_t), '\0');
  else
    set_values(values.integers, to);
}

void add_unsigned(const Vector& values, ArrowArray& to) {
  std::vector<std::uint64_t> numbers(values.rows);
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if (values.tag(row) == Tag::Integer)
      numbers[row] = static_cast<std::uint64_t>(values.integers[row]);
    else if (values.tag(row) == Tag::BigNumber)
      read_unsigned(values.text(row), numbers[row]);
  }
  set_values(numbers, to);
}

void add_reals(const Vector& values, ArrowArray& to) {
  std::vector<double> reals = values.reals;
  reals.resize(values.rows);
  if (values.has(Tag::Integer))
    for (std::uint32_t row = 0; row < values.rows; ++row)
      if (values.tag(row) == Tag::Integer) reals[row] = static_cast<double>(values.integers[row]);
  set_values(reals, to);
}

bool add_texts(const Vector& all_values, std::size_t most_offset, ArrowArray& to) {
  batch::VectorPtr unfolded;
  if (all_values.strings && all_values.strings->folded != 0)
    unfolded = batch::with_texts(std::make_shared<Vector>(all_values));
  const Vector& values = unfolded ? *unfolded : all_values;
  const std::uint32_t rows = values.rows;
  to.offsets.assign(rows + std::size_t{1}, 0);
  if (!values.strings || values.codes.empty()) return true;
  const std::vector<std::uint32_t>& starts = values.strings->offsets;
  const std::vector<char>& heap = values.strings->heap;
  const bool all = values.tags.empty() && values.uniform == Tag::String;
  std::size_t end = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (all || values.tag(row) == Tag::String) {
      const std::uint32_t code = values.codes[row];
      end += starts[code + 1] - starts[code];
    }
    to.offsets[row + 1] = static_cast<std::int32_t>(end);
  }
  if (end > most_offset) return false;
  if (all && in_order(values)) {
    to.values.assign(heap.data() + starts[0], end);
    return true;
  }
  to.values.resize(end + kCopiedAtOnce);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto begin = static_cast<std::size_t>(to.offsets[row]);
    const std::size_t size = static_cast<std::size_t>(to.offsets[row + 1]) - begin;
    if (size != 0)
      copy_text(heap.data() + starts[values.codes[row]], heap.data() + heap.size(), size,
                to.values.data() + begin);
  }
  to.values.resize(end);
  return true;
}

}  // namespace arbors::exec
