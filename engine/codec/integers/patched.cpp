// Patched: a frame for the many values that lie close together, and patches for the few that do not
// (after PFOR: Zukowski, Héman, Nes and Boncz, ICDE 2006).
//
//   body := base (zigzag varint, or varint for codes), u8 width, varint patches,
//           packed low bits of (value - base), bits.h
//           positions (nested codes, ascending), high bits (nested stream, shifted right by width)
#include <algorithm>
#include <array>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/sinks.h"
#include "engine/codec/packing/bits.h"
#include "engine/codec/streams/scratch.h"

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
  Scratch<std::uint32_t> positions;
  Scratch<T> highs;
};

template <Lane T>
Patches<T> read_patches(ByteReader& in, std::size_t count, unsigned depth) {
  Patches<T> patches{Scratch<std::uint32_t>(count), Scratch<T>(count)};
  decode_nested<std::uint32_t>(in, patches.positions, depth);
  decode_nested<T>(in, patches.highs, depth);
  return patches;
}

template <Lane T>
void add_patch(T& value, T high, unsigned width) {
  using U = Wrapped<T>;
  value = static_cast<T>(U(value) + (static_cast<U>(high) << width));
}

bool ascend(std::span<const std::uint32_t> positions) {
  std::uint32_t falls = 0;
  for (std::size_t i = 1; i < positions.size(); ++i)
    falls |= static_cast<std::uint32_t>(positions[i] <= positions[i - 1]);
  return falls == 0;
}

template <Lane T>
void walk_whole(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  Scratch<T> all(count);
  Patched<T>::decode(in, all, depth);
  std::span<const T> left = all;
  while (!left.empty()) {
    const auto part = left.first(std::min(left.size(), kBlockValues));
    if (!sink.values(part)) return;
    left = left.subspan(part.size());
  }
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
    add_patch(out[patches.positions[i]], patches.highs[i], head.width);
  }
}

template <Lane T>
void Patched<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out,
                      unsigned depth) {
  using U = Wrapped<T>;
  const Head<T> head = read_head<T>(in, count);
  unpack_at<U>(in.raw(packed_size(count, head.width)), count, head.width, head.base, at,
               {reinterpret_cast<U*>(out.data()), out.size()});
  Hits found(at);
  walk_nested<std::uint32_t>(in, head.patches, found, depth);
  const std::vector<Hit> hits = found.take();
  if (hits.empty()) return;
  Scratch<std::uint32_t> which(hits.size());
  Scratch<T> highs(hits.size());
  for (std::size_t i = 0; i < hits.size(); ++i) which[i] = hits[i].value;
  pick_nested<T>(in, head.patches, which, highs, depth);
  for (std::size_t i = 0; i < hits.size(); ++i) add_patch(out[hits[i].place], highs[i], head.width);
}

template <Lane T>
void Patched<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned depth) {
  using U = Wrapped<T>;
  ByteReader whole = in;
  const Head<T> head = read_head<T>(in, count);
  const ByteSpan packed = in.raw(packed_size(count, head.width));
  Patches<T> patches = read_patches<T>(in, head.patches, depth);
  const std::span<const std::uint32_t> positions = patches.positions;
  if (!ascend(positions)) return walk_whole(whole, count, sink, depth);  // they need not
  if (!positions.empty() && positions.back() >= count) in.fail("a patch is out of range");
  if (head.width == 0) {
    for (T& high : patches.highs) high = static_cast<T>(head.base + U(high));
    sink.exceptions(static_cast<T>(head.base), count, positions, patches.highs);
    return;
  }
  alignas(64) std::array<T, kBlockValues> values;
  for (std::size_t first = 0, next = 0; first < count; first += kBlockValues) {
    const std::size_t size = std::min(kBlockValues, count - first);
    unpack<U>(packed.subspan(packed_size(first, head.width), packed_size(size, head.width)),
              head.width, head.base, {reinterpret_cast<U*>(values.data()), size});
    for (; next < positions.size() && positions[next] < first + size; ++next)
      add_patch(values[positions[next] - first], patches.highs[next], head.width);
    if (!sink.values({values.data(), size})) return;
  }
}

template struct Patched<std::int64_t>;
template struct Patched<std::uint32_t>;

}  // namespace arbors::codec
