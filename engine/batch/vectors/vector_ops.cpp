#include "engine/batch/vectors/vector_ops.h"

#include <algorithm>
#include <numeric>

#include "engine/batch/vectors/picked_values.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/codec/packing/kernel.h"

namespace arbors::batch {
namespace {

// Without leaving early, so that the loop is vectorized.
ARBORS_KERNEL bool any_absent(const std::uint32_t* rows, std::size_t count) {
  std::uint32_t absent = 0;
  for (std::size_t i = 0; i < count; ++i) absent |= rows[i] == kNoRow ? 1U : 0U;
  return absent != 0;
}

void share_pools(const Vector& from, Vector& to) {
  to.strings = from.strings;
  to.big_numbers = from.big_numbers;
  to.opaque = from.opaque;
  to.shapes = from.shapes;
}

VectorPtr gather_present(const Vector& from, RowSpan rows) {
  auto to = std::make_shared<Vector>();
  to->rows = static_cast<std::uint32_t>(rows.size());
  to->uniform = from.uniform;
  to->kinds = from.kinds;
  to->tags = pick(from.tags, rows);
  to->integers = pick(from.integers, rows);
  to->reals = pick(from.reals, rows);
  to->codes = from.codes.pick(rows);
  share_pools(from, *to);
  return to;
}

// Gathers with absent rows: reads row 0 in their place, then blanks them.
VectorPtr gather_some(const Vector& from, RowSpan rows) {
  if (from.rows == 0) return uniform(Tag::Missing, static_cast<std::uint32_t>(rows.size()));
  std::vector<std::uint32_t> safe(rows.begin(), rows.end());
  std::replace(safe.begin(), safe.end(), kNoRow, 0U);
  auto to = std::make_shared<Vector>(*gather_present(from, safe));
  if (to->tags.empty()) to->tags.assign(rows.size(), static_cast<std::uint8_t>(from.uniform));
  to->kinds |= tag_bit(Tag::Missing);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != kNoRow) continue;
    to->tags[i] = static_cast<std::uint8_t>(Tag::Missing);
    if (!to->integers.empty()) to->integers[i] = 0;
    if (!to->reals.empty()) to->reals[i] = 0;
    if (!to->codes.empty()) to->codes.blank(i);
  }
  return to;
}

std::shared_ptr<const TextPool> pool_of(std::string_view text) {
  auto pool = std::make_shared<TextPool>();
  pool->add(text);
  pool->distinct = pool->sorted = true;
  return pool;
}

}  // namespace

VectorPtr gather(const Vector& from, RowSpan rows) {
  return any_absent(rows.data(), rows.size()) ? gather_some(from, rows)
                                              : gather_present(from, rows);
}

VectorPtr slice(const Vector& from, std::uint32_t first, std::uint32_t rows) {
  auto to = std::make_shared<Vector>();
  to->rows = rows;
  to->uniform = from.uniform;
  to->kinds = from.kinds;
  to->tags = cut(from.tags, first, rows);
  to->integers = cut(from.integers, first, rows);
  to->reals = cut(from.reals, first, rows);
  to->codes = from.codes.cut(first, rows);
  to->starts = cut(from.starts, first, rows + std::size_t{1});
  share_pools(from, *to);
  return to;
}

VectorPtr concatenate(std::span<const VectorPtr> parts) {
  if (parts.size() == 1) return parts[0];
  std::uint32_t rows = 0;
  for (const VectorPtr& part : parts) rows += part->rows;
  std::vector<std::uint32_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), 0U);
  VectorBuilder builder;
  builder.resize(rows);
  std::uint32_t at = 0;
  for (const VectorPtr& part : parts) {
    builder.place(*part, RowSpan(numbers).first(part->rows),
                  RowSpan(numbers).subspan(at, part->rows));
    at += part->rows;
  }
  return builder.finish();
}

VectorPtr with_nulls_as(const VectorPtr& from, Tag tag) {
  if ((from->kinds & kNullTags & ~tag_bit(tag)) == 0) return from;
  auto to = std::make_shared<Vector>(*from);
  const auto is_null = [](std::uint8_t each) {
    return (tag_bit(static_cast<Tag>(each)) & kNullTags) != 0;
  };
  std::replace_if(to->tags.begin(), to->tags.end(), is_null, static_cast<std::uint8_t>(tag));
  if (to->tags.empty() && is_null(static_cast<std::uint8_t>(to->uniform))) to->uniform = tag;
  to->kinds = (to->kinds & ~kNullTags) | tag_bit(tag);
  return to;
}

VectorPtr uniform(Tag tag, std::uint32_t rows) {
  auto vector = std::make_shared<Vector>();
  vector->rows = rows;
  vector->uniform = tag;
  vector->kinds = tag_bit(tag);
  return vector;
}

VectorPtr constant(const Value& value, std::uint32_t rows) {
  auto vector = std::make_shared<Vector>();
  vector->rows = rows;
  const auto set = [&](Tag tag) {
    vector->uniform = tag;
    vector->kinds = tag_bit(tag);
  };
  switch (value.kind) {
    case ValueKind::Null:
      set(Tag::Null);
      break;
    case ValueKind::Integer:
      set(Tag::Integer);
      vector->integers.assign(rows, value.integer);
      break;
    case ValueKind::Real:
      set(Tag::Real);
      vector->reals.assign(rows, value.real);
      break;
    case ValueKind::Json:
      set(Tag::Opaque);
      vector->codes = Codes::zeros(rows);
      vector->opaque = pool_of(value.text);
      break;
    case ValueKind::Text:
    case ValueKind::Blob:
      set(Tag::String);
      vector->codes = Codes::zeros(rows);
      vector->strings = pool_of(value.text);
  }
  return vector;
}

Value value_at(const Vector& vector, std::size_t row) {
  switch (vector.tag(row)) {
    case Tag::Missing:
    case Tag::Null:
      return Value::null();
    case Tag::False:
      return Value::of(std::int64_t{0});
    case Tag::True:
      return Value::of(std::int64_t{1});
    case Tag::Integer:
      return Value::of(vector.integers[row]);
    case Tag::Real:
    case Tag::BigNumber:
      return Value::of(vector.reals[row]);
    case Tag::String:
      return Value::of(std::string(vector.text(row)));
    default:
      return Value::json(std::string(vector.text(row)));
  }
}

}  // namespace arbors::batch
