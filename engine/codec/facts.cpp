#include "engine/codec/facts.h"

#include <algorithm>

#include "engine/codec/bits.h"
#include "engine/codec/sampling.h"

namespace arbors::codec {
namespace {

template <Lane T>
using Difference = std::make_signed_t<T>;

// Adds one block; `before` is the value ahead of it.
template <Lane T>
void study_block(std::span<const T> block, T before, Facts<T>& facts) {
  using U = Wrapped<T>;
  using D = Difference<T>;
  T min = block[0], max = block[0];
  D min_step = static_cast<D>(U(block[0]) - U(before)), max_step = min_step;
  std::size_t changes = 0;
  for (const T value : block) {
    min = std::min(min, value);
    max = std::max(max, value);
    const D step = static_cast<D>(U(value) - U(before));
    min_step = std::min(min_step, step);
    max_step = std::max(max_step, step);
    changes += step != 0;
    before = value;
  }
  facts.min = std::min(facts.min, min);
  facts.max = std::max(facts.max, max);
  facts.runs += changes;
  facts.frame_bits += block.size() * width_of(static_cast<U>(U(max) - U(min)));
  facts.delta_bits += block.size() * width_of(static_cast<U>(U(max_step) - U(min_step)));
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
    study_block<T>(values.subspan(at, std::min(kBlockValues, values.size() - at)),
                   values[at == 0 ? 0 : at - 1], facts);
  if (facts.min == facts.max) return facts;
  const std::size_t samples = std::min(values.size(), kSampleValues);
  facts.sample.resize(samples);
  for (std::size_t i = 0; i < samples; ++i)
    facts.sample[i] = values[sample_position(i, samples, values.size())];
  std::sort(facts.sample.begin(), facts.sample.end());
  return facts;
}

template Facts<std::int64_t> study(std::span<const std::int64_t>, unsigned);
template Facts<std::uint32_t> study(std::span<const std::uint32_t>, unsigned);

}  // namespace arbors::codec
