// Patched: a frame for the many values that lie close together, and patches for the few that do not
// (after PFOR: Zukowski, Héman, Nes and Boncz, ICDE 2006).
//
//   body := base (zigzag varint, or varint for codes), u8 width, varint patches,
//           packed low bits of (value - base), bits.h
//           positions (nested codes, ascending), high bits (nested stream, shifted right by width)
#include <algorithm>
#include <vector>

#include "engine/codec/bits.h"
#include "engine/codec/encodings.h"

namespace arbors::codec {
namespace {

template <Lane T>
struct Window {
  T base = 0;
  unsigned width = 0;
  std::size_t bits = kUnfit;  // estimated for all values
};

// Slides a window over the sorted sample for each share of values to keep, and takes the cheapest.
template <Lane T>
Window<T> best_window(const Facts<T>& facts) {
  using U = Wrapped<T>;
  constexpr unsigned kPositionBits = 8;  // of an ascending position, as a delta
  const auto& sample = facts.sample;
  const unsigned full = width_of(static_cast<U>(U(facts.max) - U(facts.min)));
  Window<T> best;
  for (const std::size_t percent : {99, 97, 93, 85}) {
    const std::size_t kept = sample.size() * percent / 100;
    if (kept == 0) continue;
    for (std::size_t i = 0; i + kept <= sample.size(); ++i) {
      const unsigned width = width_of(static_cast<U>(U(sample[i + kept - 1]) - U(sample[i])));
      const std::size_t patches = facts.count * (100 - percent) / 100 + 1;
      const std::size_t bits =
          facts.count * width + patches * (kPositionBits + full - std::min(full, width));
      if (bits < best.bits) best = {sample[i], width, bits};
    }
  }
  return best;
}

}  // namespace

template <Lane T>
std::size_t Patched<T>::estimate(const Facts<T>& facts) {
  if (facts.sample.size() < 64) return kUnfit;
  const Window<T> window = best_window(facts);
  return window.width == sizeof(T) * 8 ? kUnfit : 24 + window.bits / 8;
}

template <Lane T>
void Patched<T>::encode(std::span<const T> values, const Facts<T>& facts, Bytes& out) {
  using U = Wrapped<T>;
  const Window<T> window = best_window(facts);
  std::vector<U> offsets(values.size());
  std::vector<std::uint32_t> positions(values.size());
  std::size_t patches = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    offsets[i] = U(values[i]) - U(window.base);
    positions[patches] = static_cast<std::uint32_t>(i);  // kept where it is a patch; no branch
    patches += offsets[i] >> window.width != 0;
  }
  positions.resize(patches);
  std::vector<T> highs(patches);
  for (std::size_t i = 0; i < patches; ++i)
    highs[i] = static_cast<T>(offsets[positions[i]] >> window.width);
  ByteWriter writer(out);
  write_value(writer, window.base);
  writer.u8(static_cast<std::uint8_t>(window.width));
  writer.varint(positions.size());
  pack<U>(offsets, window.width, out);
  encode_nested<std::uint32_t>(positions, facts.depth, out);
  encode_nested<T>(highs, facts.depth, out);
}

template <Lane T>
void Patched<T>::decode(ByteReader& in, std::span<T> out, unsigned depth) {
  using U = Wrapped<T>;
  const U base = static_cast<U>(read_value<T>(in));
  const unsigned width = in.u8();
  if (width >= sizeof(T) * 8) in.fail("a width is out of range");
  const std::size_t patches = in.count(out.size());
  unpack<U>(in.raw(packed_size(out.size(), width)), width, base,
            {reinterpret_cast<U*>(out.data()), out.size()});
  std::vector<std::uint32_t> positions(patches);
  std::vector<T> highs(patches);
  decode_nested<std::uint32_t>(in, positions, depth);
  decode_nested<T>(in, highs, depth);
  for (std::size_t i = 0; i < patches; ++i) {
    if (positions[i] >= out.size()) in.fail("a patch is out of range");
    T& value = out[positions[i]];
    value = static_cast<T>(U(value) + (static_cast<U>(highs[i]) << width));
  }
}

template struct Patched<std::int64_t>;
template struct Patched<std::uint32_t>;

}  // namespace arbors::codec
