// Decimal: doubles that were written with few digits, as integers scaled by a power of ten. The
// idea is ALP's (Afroozeh, Kuffo and Boncz, SIGMOD 2023). Where ALP multiplies by an inexact 10^-e
// and searches for the pair of exponents with the fewest failures, this divides by an exact
// 10^scale: division rounds correctly, so every decimal of up to 15 digits comes back, with one
// exponent to find.
//
//   body := u8 scale (0 to 15), integers (nested; value = integer / 10^scale), varint exceptions,
//           positions (nested codes), bits of each exception (u64 each)
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/sinks.h"
#include "engine/codec/packing/kernel.h"
#include "engine/codec/packing/sampling.h"
#include "engine/codec/reals/reals.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {
namespace {

constexpr std::array<double, 16> kPowers{1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr double kMostScaled = 1LL << 51;
// Added, it pushes the fraction out of the mantissa: rounds to even without a call.
constexpr double kShift = 3.0 * (1LL << 51);
constexpr std::size_t kSampledReals = 64;
constexpr int kNoScale = -1;

// Says whether value * power is an integer that gives exactly the value back, and which.
bool scale_up(double value, double power, std::int64_t& scaled) {
  const double product = value * power;
  if (!(std::abs(product) < kMostScaled)) return false;
  const double rounded = (product + kShift) - kShift;
  scaled = static_cast<std::int64_t>(rounded);
  return std::bit_cast<std::uint64_t>(static_cast<double>(scaled) / power) ==
         std::bit_cast<std::uint64_t>(value);
}

// Converts by placing the integer in a mantissa, which is right below 2^51 and, unlike a
// conversion, done four at a time: twice as fast.
ARBORS_KERNEL void scale_down(std::span<const std::int64_t> integers, double power,
                              std::span<double> out) {
  constexpr std::int64_t kPlaced = std::bit_cast<std::int64_t>(kShift);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = (std::bit_cast<double>(kPlaced + integers[i]) - kShift) / power;
}

// Finds the least scale that fits all but a few values of an evenly spaced sample.
int find_scale(std::span<const double> values) {
  if (values.empty()) return kNoScale;
  const std::size_t samples = std::min(values.size(), kSampledReals);
  std::array<std::size_t, kPowers.size()> first_fits{};
  std::int64_t ignored;
  for (std::size_t i = 0; i < samples; ++i) {
    const double value = values[sample_position(i, samples, values.size())];
    for (std::size_t scale = 0; scale < kPowers.size(); ++scale) {
      if (!scale_up(value, kPowers[scale], ignored)) continue;
      ++first_fits[scale];
      break;
    }
  }
  std::size_t fitting = 0;
  for (std::size_t scale = 0; scale < kPowers.size(); ++scale) {
    fitting += first_fits[scale];
    if (fitting * 16 >= samples * 15) return static_cast<int>(scale);
  }
  return kNoScale;
}

}  // namespace

bool decimals_fit(std::span<const double> values) { return find_scale(values) != kNoScale; }

void encode_decimals(std::span<const double> values, Bytes& out) {
  const int scale = std::max(find_scale(values), 0);
  const double power = kPowers[static_cast<std::size_t>(scale)];
  std::vector<std::int64_t> integers(values.size());
  std::vector<std::uint32_t> positions;
  std::int64_t before = 0;  // stands in for exceptions, so that they widen no frame
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!scale_up(values[i], power, integers[i])) {
      positions.push_back(static_cast<std::uint32_t>(i));
      integers[i] = before;
    }
    before = integers[i];
  }
  ByteWriter writer(out);
  writer.u8(static_cast<std::uint8_t>(scale));
  encode_nested<std::int64_t>(integers, 0, out);
  writer.varint(positions.size());
  encode_nested<std::uint32_t>(positions, 0, out);
  for (const std::uint32_t at : positions) writer.fixed(values[at]);
}

void decode_decimals(ByteReader& in, std::span<double> out) {
  const std::uint8_t scale = in.u8();
  if (scale >= kPowers.size()) in.fail("a scale is out of range");
  std::vector<std::int64_t> integers(out.size());
  decode_nested<std::int64_t>(in, integers, 0);
  scale_down(integers, kPowers[scale], out);
  std::vector<std::uint32_t> positions(in.count(out.size()));
  decode_nested<std::uint32_t>(in, positions, 0);
  for (const std::uint32_t at : positions) {
    if (at >= out.size()) in.fail("an exception is out of range");
    out[at] = in.fixed<double>();
  }
}

void pick_decimals(ByteReader& in, std::size_t count, Places at, std::span<double> out) {
  const std::uint8_t scale = in.u8();
  if (scale >= kPowers.size()) in.fail("a scale is out of range");
  Scratch<std::int64_t> integers(out.size());
  pick_nested<std::int64_t>(in, count, at, integers, 0);
  scale_down(integers, kPowers[scale], out);
  const std::size_t exceptions = in.count(count);
  Hits hits(at);
  walk_nested<std::uint32_t>(in, exceptions, hits, 0);
  const ByteSpan values = in.raw(exceptions * sizeof(double));
  for (const Hit& hit : hits.take())
    std::memcpy(&out[hit.place], values.data() + hit.value * sizeof(double), sizeof(double));
}

}  // namespace arbors::codec
