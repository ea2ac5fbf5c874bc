#include "engine/batch/vectors/vector_builder.h"

#include <algorithm>
#include <bit>

#include "engine/base/error.h"

namespace arbors::batch {
namespace {

constexpr std::uint32_t kNotCopied = 0xFFFFFFFF;

template <typename T>
T& slot(std::vector<T>& values, std::uint32_t row) {
  if (values.size() <= row) values.resize(row + std::size_t{1});
  return values[row];
}

template <typename T>
void pad(std::vector<T>& values, std::size_t rows) {
  if (!values.empty()) values.resize(rows);
}

const TextPool& pool_of(const Vector& vector, Tag tag) {
  if (tag == Tag::String) return *vector.strings;
  return tag == Tag::BigNumber ? *vector.big_numbers : *vector.opaque;
}

std::uint32_t add_text(TextPool& pool, std::string_view text) {
  if (pool.heap.size() + text.size() > kMostTextBytes)
    throw Error(ErrorCode::Limit, "the texts of one column of a result exceed 1 GiB");
  pool.add(text);
  return static_cast<std::uint32_t>(pool.size() - 1);
}

}  // namespace

std::uint32_t VectorBuilder::append() {
  tags_.push_back(0);
  return rows() - 1;
}

void VectorBuilder::append_integers(std::span<const std::int64_t> values) {
  if (values.empty()) return;
  if (integers_.empty())
    integers_.reserve(std::max(tags_.capacity(), tags_.size() + values.size()));
  integers_.resize(tags_.size());
  integers_.insert(integers_.end(), values.begin(), values.end());
  tags_.insert(tags_.end(), values.size(), static_cast<std::uint8_t>(Tag::Integer));
}

void VectorBuilder::set_tag(std::uint32_t row, Tag tag) {
  tags_[row] = static_cast<std::uint8_t>(tag);
}

void VectorBuilder::set_integer(std::uint32_t row, std::int64_t value) {
  set_tag(row, Tag::Integer);
  slot(integers_, row) = value;
}

void VectorBuilder::set_real(std::uint32_t row, double value) {
  set_tag(row, Tag::Real);
  slot(reals_, row) = value;
}

void VectorBuilder::set_big_number(std::uint32_t row, std::string_view digits, double nearest) {
  slot(reals_, row) = nearest;
  set_pool_text(row, Tag::BigNumber, digits);
}

void VectorBuilder::set_text(std::uint32_t row, std::string_view text) {
  set_pool_text(row, Tag::String, text);
}

void VectorBuilder::set_json(std::uint32_t row, std::string_view json) {
  set_pool_text(row, Tag::Opaque, json);
}

void VectorBuilder::append_value(const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return append_null();
    case ValueKind::Integer:
      return append_integer(value.integer);
    case ValueKind::Real:
      return append_real(value.real);
    case ValueKind::Json:
      return append_json(value.text);
    case ValueKind::Text:
    case ValueKind::Blob:
      return append_text(value.text);
  }
}

void VectorBuilder::copy(const Vector& from, std::size_t row, std::uint32_t to) {
  const Tag tag = from.tag(row);
  switch (tag) {
    case Tag::Integer:
      return set_integer(to, from.integers[row]);
    case Tag::Real:
      return set_real(to, from.reals[row]);
    case Tag::BigNumber:
      return set_big_number(to, from.text(row), from.reals[row]);
    case Tag::String:
    case Tag::Opaque:
      return set_pool_text(to, tag, from.text(row));
    default:
      set_tag(to, tag);
  }
}

void VectorBuilder::place(const Vector& from, RowSpan from_rows, RowSpan to) {
  for (std::size_t i = 0; i < to.size(); ++i) set_tag(to[i], from.tag(from_rows[i]));
  if (!from.integers.empty()) {
    integers_.resize(tags_.size());
    for (std::size_t i = 0; i < to.size(); ++i) integers_[to[i]] = from.integers[from_rows[i]];
  }
  if (!from.reals.empty()) {
    reals_.resize(tags_.size());
    for (std::size_t i = 0; i < to.size(); ++i) reals_[to[i]] = from.reals[from_rows[i]];
  }
  for (const Tag tag : {Tag::String, Tag::BigNumber, Tag::Opaque})
    if (from.has(tag)) place_texts(from, tag, from_rows, to);
}

// Copies an entry of the source pool once, where rows are likely to share entries.
void VectorBuilder::place_texts(const Vector& from, Tag tag, RowSpan from_rows, RowSpan to) {
  const TextPool& source = pool_of(from, tag);
  const bool remember = source.distinct && source.size() <= 4 * to.size();
  std::vector<std::uint32_t> copied(remember ? source.size() : 0, kNotCopied);
  auto& target = pool(tag);
  codes_.resize(tags_.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (from.tag(from_rows[i]) != tag) continue;
    const std::uint32_t entry = from.codes[from_rows[i]];
    std::uint32_t code = remember ? copied[entry] : kNotCopied;
    if (code == kNotCopied) code = add_text(*target, source[entry]);
    if (remember) copied[entry] = code;
    codes_[to[i]] = code;
  }
}

void VectorBuilder::set_pool_text(std::uint32_t row, Tag tag, std::string_view text) {
  set_tag(row, tag);
  slot(codes_, row) = add_text(*pool(tag), text);
}

std::shared_ptr<TextPool>& VectorBuilder::pool(Tag tag) {
  auto& pool = tag == Tag::String ? strings_ : tag == Tag::BigNumber ? big_numbers_ : opaque_;
  if (!pool) pool = std::make_shared<TextPool>();
  return pool;
}

VectorPtr VectorBuilder::finish() {
  auto vector = std::make_shared<Vector>();
  vector->rows = rows();
  vector->kinds = kinds_of(tags_);
  // Values may have been placed whose rows then got another kind, or none of whose rows had theirs.
  if (!vector->has(Tag::Integer)) integers_.clear();
  if (!vector->has(Tag::Real) && !vector->has(Tag::BigNumber)) reals_.clear();
  pad(integers_, tags_.size());
  pad(reals_, tags_.size());
  pad(codes_, tags_.size());
  if (std::has_single_bit(vector->kinds))
    vector->uniform = static_cast<Tag>(tags_[0]);
  else
    vector->tags = std::move(tags_);
  vector->integers = std::move(integers_);
  vector->reals = std::move(reals_);
  vector->codes = Codes(std::move(codes_));
  vector->strings = std::move(strings_);
  vector->big_numbers = std::move(big_numbers_);
  vector->opaque = std::move(opaque_);
  *this = VectorBuilder();
  return vector;
}

}  // namespace arbors::batch
