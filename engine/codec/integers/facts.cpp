#include "engine/codec/integers/facts.h"

#include <algorithm>
#include <array>

#include "engine/codec/packing/bits.h"
#include "engine/codec/packing/kernel.h"
#include "engine/codec/packing/sampling.h"

namespace arbors::codec {
namespace {

template <Lane T>
using Difference = std::make_signed_t<T>;

// Adds one block; `before` is the value ahead of it. No value is carried
// from one round to the next, so that the loop becomes vectors.
template <Lane T>
[[gnu::always_inline]] inline void add_block(std::span<const T> block, T before, Facts<T>& facts) {
  using U = Wrapped<T>;
  using D = Difference<T>;
  const T* values = block.data();
  const std::size_t count = block.size();
  T min = values[0], max = values[0];
  D min_step = static_cast<D>(U(values[0]) - U(before)), max_step = min_step;
  U changes = min_step != 0;
  for (std::size_t i = 1; i < count; ++i) {
    const T value = values[i];
    const D step = static_cast<D>(U(value) - U(values[i - 1]));
    min = value < min ? value : min;
    max = value > max ? value : max;
    min_step = step < min_step ? step : min_step;
    max_step = step > max_step ? step : max_step;
    changes += step != 0;
  }
  facts.min = std::min(facts.min, min);
  facts.max = std::max(facts.max, max);
  facts.runs += changes;
  facts.frame_bits += block.size() * width_of(static_cast<U>(U(max) - U(min)));
  facts.delta_bits += block.size() * width_of(static_cast<U>(U(max_step) - U(min_step)));
}

ARBORS_KERNEL void study_block(std::span<const std::int64_t> block, std::int64_t before,
                               Facts<std::int64_t>& facts) {
  add_block(block, before, facts);
}

ARBORS_KERNEL void study_block(std::span<const std::uint32_t> block, std::uint32_t before,
                               Facts<std::uint32_t>& facts) {
  add_block(block, before, facts);
}

// Sorts by counting where values lie close together, as they mostly do.
template <Lane T>
void sort_sample(Facts<T>& facts) {
  using U = Wrapped<T>;
  constexpr std::size_t kClose = 1024;
  const U range = U(facts.max) - U(facts.min);
  if (range >= kClose) return std::sort(facts.sample.begin(), facts.sample.end());
  std::array<std::uint16_t, kClose> counts{};
  for (const T value : facts.sample) ++counts[U(value) - U(facts.min)];
  auto at = facts.sample.begin();
  for (U above = 0; above <= range; ++above)
    at = std::fill_n(at, counts[above], static_cast<T>(U(facts.min) + above));
}

template <Lane T>
void take_sample(std::span<const T> values, Facts<T>& facts) {
  if (values.size() <= kSampleValues) {
    facts.sample.assign(values.begin(), values.end());
  } else {
    facts.sample.resize(kSampleValues);
    for (std::size_t i = 0; i < kSampleValues; ++i)
      facts.sample[i] = values[sample_position(i, kSampleValues, values.size())];
  }
  sort_sample(facts);
}

}  // namespace

template <Lane T>
Facts<T> study(std::span<const T> values, unsigned depth) {
  Facts<T> facts;
  facts.depth = depth;
  facts.count = values.size();
  if (values.empty()) return facts;
  facts.min = facts.max = values[0];
  facts.runs = 1;
  for (std::size_t at = 0; at < values.size(); at += kBlockValues)
    study_block(values.subspan(at, std::min(kBlockValues, values.size() - at)),
                values[at == 0 ? 0 : at - 1], facts);
  if (facts.min != facts.max) take_sample(values, facts);
  return facts;
}

template Facts<std::int64_t> study(std::span<const std::int64_t>, unsigned);
template Facts<std::uint32_t> study(std::span<const std::uint32_t>, unsigned);

}  // namespace arbors::codec
