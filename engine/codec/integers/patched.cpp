// Patched: a frame for the many values that lie close together, and patches for the few that do not
// (after PFOR: Zukowski, Héman, Nes and Boncz, ICDE 2006).
//
//   body := base (zigzag varint, or varint for codes), u8 width, varint patches,
//           packed low bits of (value - base), bits.h
//           positions (nested codes, ascending), high bits (nested stream, shifted right by width)
#include <algorithm>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/bits.h"

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

template <Lane T>
struct Head {
  Wrapped<T> base;
  unsigned width;
  std::size_t patches;
};

template <Lane T>
Head<T> read_head(ByteReader& in, std::size_t count) {
  Head<T> head{};
  head.base = static_cast<Wrapped<T>>(read_value<T>(in));
  head.width = in.u8();
  if (head.width >= sizeof(T) * 8) in.fail("a width is out of range");
  head.patches = in.count(count);
  return head;
}

template <Lane T>
struct Patches {
  std::vector<std::uint32_t> positions;
  std::vector<T> highs;
};

template <Lane T>
Patches<T> read_patches(ByteReader& in, std::size_t count, unsigned depth) {
  Patches<T> patches{std::vector<std::uint32_t>(count), std::vector<T>(count)};
  decode_nested<std::uint32_t>(in, patches.positions, depth);
  decode_nested<T>(in, patches.highs, depth);
  return patches;
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
  const Head<T> head = read_head<T>(in, out.size());
  unpack<U>(in.raw(packed_size(out.size(), head.width)), head.width, head.base,
            {reinterpret_cast<U*>(out.data()), out.size()});
  const Patches<T> patches = read_patches<T>(in, head.patches, depth);
  for (std::size_t i = 0; i < head.patches; ++i) {
    if (patches.positions[i] >= out.size()) in.fail("a patch is out of range");
    T& value = out[patches.positions[i]];
    value = static_cast<T>(U(value) + (static_cast<U>(patches.highs[i]) << head.width));
  }
}

template <Lane T>
void Patched<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out,
                      unsigned depth) {
  using U = Wrapped<T>;
  const Head<T> head = read_head<T>(in, count);
  unpack_at<U>(in.raw(packed_size(count, head.width)), count, head.width, head.base, at,
               {reinterpret_cast<U*>(out.data()), out.size()});
  const Patches<T> patches = read_patches<T>(in, head.patches, depth);
  for (std::size_t i = 0; i < head.patches; ++i) {
    const auto found = std::lower_bound(at.begin(), at.end(), patches.positions[i]);
    if (found == at.end() || *found != patches.positions[i]) continue;
    T& value = out[static_cast<std::size_t>(found - at.begin())];
    value = static_cast<T>(U(value) + (static_cast<U>(patches.highs[i]) << head.width));
  }
}

// Of width 0: one value, but for the patches.
template <Lane T>
bool Patched<T>::runs(ByteReader& in, std::size_t count, std::vector<Run<T>>& out, unsigned depth) {
  using U = Wrapped<T>;
  const Head<T> head = read_head<T>(in, count);
  if (head.width > 0) return false;
  const Patches<T> patches = read_patches<T>(in, head.patches, depth);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < head.patches; ++i) {
    const std::uint32_t at = patches.positions[i];
    if (at >= count) in.fail("a patch is out of range");
    if (at < next) return false;  // they need not ascend
    out.push_back({static_cast<T>(head.base), at - next});
    out.push_back({static_cast<T>(head.base + U(patches.highs[i])), 1});
    next = at + 1;
  }
  out.push_back({static_cast<T>(head.base), static_cast<std::uint32_t>(count) - next});
  return true;
}

template struct Patched<std::int64_t>;
template struct Patched<std::uint32_t>;

}  // namespace arbors::codec
