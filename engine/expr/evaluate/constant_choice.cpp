#include "engine/expr/evaluate/constant_choice.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "engine/codec/packing/kernel.h"

namespace arbors::expr {
namespace {

using batch::Tag;

Tag tag_of(const Constant& constant) {
  switch (constant.value.kind) {
    case ValueKind::Null:
      return Tag::Null;
    case ValueKind::Integer:
      if (!constant.boolean) return Tag::Integer;
      return constant.value.integer != 0 ? Tag::True : Tag::False;
    case ValueKind::Real:
      return Tag::Real;
    case ValueKind::Json:
      return Tag::Opaque;
    default:  // a blob becomes a string
      return Tag::String;
  }
}

template <typename T>
[[gnu::always_inline]] inline void pick_values(const T* values, const std::uint32_t* choices,
                                               std::size_t rows, T* out) {
  for (std::size_t i = 0; i < rows; ++i) out[i] = values[choices[i]];
}
ARBORS_KERNEL void pick(const std::uint8_t* values, const std::uint32_t* choices, std::size_t rows,
                        std::uint8_t* out) {
  pick_values(values, choices, rows, out);
}
ARBORS_KERNEL void pick(const std::uint32_t* values, const std::uint32_t* choices, std::size_t rows,
                        std::uint32_t* out) {
  pick_values(values, choices, rows, out);
}
ARBORS_KERNEL void pick(const std::int64_t* values, const std::uint32_t* choices, std::size_t rows,
                        std::int64_t* out) {
  pick_values(values, choices, rows, out);
}
ARBORS_KERNEL void pick(const double* values, const std::uint32_t* choices, std::size_t rows,
                        double* out) {
  pick_values(values, choices, rows, out);
}

template <typename T>
std::vector<T> spread(const std::vector<T>& values, std::span<const std::uint32_t> choices) {
  std::vector<T> out(choices.size());
  pick(values.data(), choices.data(), choices.size(), out.data());
  return out;
}

}  // namespace

batch::VectorPtr chosen_constants(std::span<const Constant* const> constants,
                                  std::span<const std::uint32_t> choices) {
  auto out = std::make_shared<batch::Vector>();
  out->rows = static_cast<std::uint32_t>(choices.size());
  auto strings = std::make_shared<batch::TextPool>();
  auto opaque = std::make_shared<batch::TextPool>();
  const std::size_t entries = constants.size() + 1;
  std::vector<std::uint8_t> tags(entries, static_cast<std::uint8_t>(Tag::Missing));
  std::vector<std::int64_t> integers(entries);
  std::vector<double> reals(entries);
  std::vector<std::uint32_t> codes(entries);
  for (std::size_t i = 0; i < constants.size(); ++i) {
    const Value& value = constants[i]->value;
    const Tag tag = tag_of(*constants[i]);
    tags[i] = static_cast<std::uint8_t>(tag);
    out->kinds |= batch::tag_bit(tag);
    if (tag == Tag::Integer) integers[i] = value.integer;
    if (tag == Tag::Real) reals[i] = value.real;
    if (tag != Tag::String && tag != Tag::Opaque) continue;
    batch::TextPool& pool = tag == Tag::String ? *strings : *opaque;
    codes[i] = static_cast<std::uint32_t>(pool.size());
    pool.add(value.text);
  }
  const auto absent = static_cast<std::uint32_t>(constants.size());
  if (std::ranges::find(choices, absent) != choices.end())
    out->kinds |= batch::tag_bit(Tag::Missing);
  if (std::has_single_bit(out->kinds))
    out->uniform = static_cast<Tag>(std::countr_zero(out->kinds));
  else
    out->tags = spread(tags, choices);
  if (out->has(Tag::Integer)) out->integers = spread(integers, choices);
  if (out->has(Tag::Real)) out->reals = spread(reals, choices);
  if (out->has(Tag::String)) out->strings = std::move(strings);
  if (out->has(Tag::Opaque)) out->opaque = std::move(opaque);
  if (out->strings || out->opaque) out->codes = batch::Codes(spread(codes, choices));
  return out;
}

}  // namespace arbors::expr
