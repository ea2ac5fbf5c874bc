// Bits: doubles by their bit patterns, as integers; constants, runs, repeats and narrow ranges are
// the integer encodings' business. The patterns of negative numbers are mirrored, so that the
// integers order as the doubles do and a frame around zero stays narrow.
//
//   body := nested integers
#include <bit>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/reals/reals.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {
namespace {

// Is its own inverse.
std::int64_t mirror(std::int64_t bits) {
  return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
}

}  // namespace

bool real_bits_fit(std::span<const double>) { return true; }

void encode_real_bits(std::span<const double> values, Bytes& out) {
  std::vector<std::int64_t> bits(values.size());
  for (std::size_t i = 0; i < bits.size(); ++i)
    bits[i] = mirror(std::bit_cast<std::int64_t>(values[i]));
  encode_nested<std::int64_t>(bits, 0, out);
}

void decode_real_bits(ByteReader& in, std::span<double> out) {
  Scratch<std::int64_t> bits(out.size());
  decode_nested<std::int64_t>(in, bits, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) out[i] = std::bit_cast<double>(mirror(bits[i]));
}

void pick_real_bits(ByteReader& in, std::size_t count, Places at, std::span<double> out) {
  Scratch<std::int64_t> bits(out.size());
  pick_nested<std::int64_t>(in, count, at, bits, 0);
  for (std::size_t i = 0; i < bits.size(); ++i) out[i] = std::bit_cast<double>(mirror(bits[i]));
}

}  // namespace arbors::codec
