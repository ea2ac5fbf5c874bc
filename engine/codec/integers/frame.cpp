// Frame of reference: each block of 1,024 values as its least value and the packed distances from
// it.
//
//   body  := width[blocks] (u8 each), base[blocks] (zigzag varint, or varint for codes),
//            packed block*            blocks = ceil(count / 1024), packed as drawn in bits.h
#include <algorithm>
#include <array>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/bits.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {
namespace {

constexpr std::size_t blocks_of(std::size_t count) {
  return (count + kBlockValues - 1) / kBlockValues;
}

template <typename S>
S block_of(S values, std::size_t block) {
  const std::size_t at = block * kBlockValues;
  return values.subspan(at, std::min(kBlockValues, values.size() - at));
}

}  // namespace

template <Lane T>
std::size_t Frame<T>::estimate(const Facts<T>& facts) {
  return facts.count == 0 ? kUnfit : facts.frame_bits / 8 + blocks_of(facts.count) * 3 + 1;
}

template <Lane T>
void Frame<T>::encode(std::span<const T> values, const Facts<T>&, Bytes& out) {
  using U = Wrapped<T>;
  ByteWriter writer(out);
  const std::size_t blocks = blocks_of(values.size());
  std::vector<T> bases(blocks);
  Bytes widths(blocks);
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto block = block_of(values, b);
    const auto [min, max] = std::minmax_element(block.begin(), block.end());
    bases[b] = *min;
    widths[b] = static_cast<std::uint8_t>(width_of(static_cast<U>(U(*max) - U(*min))));
  }
  writer.raw(ByteSpan(widths));
  for (const T base : bases) write_value(writer, base);
  std::vector<U> offsets;
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto block = block_of(values, b);
    offsets.resize(block.size());
    for (std::size_t i = 0; i < block.size(); ++i) offsets[i] = U(block[i]) - U(bases[b]);
    pack<U>(offsets, widths[b], out);
  }
}

namespace {

template <Lane T>
struct FrameBlock {
  std::size_t first, size;  // values before it, and in it
  unsigned width;
  Wrapped<T> base;
  ByteSpan packed;

  void unpack_all(std::span<T> out) const {
    unpack<Wrapped<T>>(packed, width, base,
                       {reinterpret_cast<Wrapped<T>*>(out.data()), out.size()});
  }
};

// Calls visit(block) for each block until it gives false.
template <Lane T, typename Visit>
void for_each_block(ByteReader& in, std::size_t count, const Visit& visit) {
  const std::size_t blocks = blocks_of(count);
  const ByteSpan widths = in.raw(blocks);
  Scratch<T> bases(blocks);
  for (T& base : bases) base = read_value<T>(in);
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t first = b * kBlockValues, size = std::min(kBlockValues, count - first);
    if (widths[b] > sizeof(T) * 8) in.fail("a width is out of range");
    const FrameBlock<T> block{first, size, widths[b], static_cast<Wrapped<T>>(bases[b]),
                              in.raw(packed_size(size, widths[b]))};
    if (!visit(block)) return;
  }
}

}  // namespace

template <Lane T>
void Frame<T>::decode(ByteReader& in, std::span<T> out, unsigned) {
  for_each_block<T>(in, out.size(), [&](const FrameBlock<T>& block) {
    block.unpack_all(out.subspan(block.first, block.size));
    return true;
  });
}

template <Lane T>
void Frame<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned) {
  using U = Wrapped<T>;
  std::size_t next = 0;
  for_each_block<T>(in, count, [&](const FrameBlock<T>& block) {
    std::size_t end = next;
    while (end < at.size() && at[end] < block.first + block.size) ++end;
    if (end == next) return next < at.size();
    unpack_at<U>(block.packed, block.size, block.width, block.base, at.subspan(next, end - next),
                 {reinterpret_cast<U*>(out.data()) + next, end - next}, block.first);
    next = end;
    return next < at.size();
  });
}

template <Lane T>
void Frame<T>::walk(ByteReader& in, std::size_t count, Sink<T>& sink, unsigned) {
  alignas(64) std::array<T, kBlockValues> values;
  for_each_block<T>(in, count, [&](const FrameBlock<T>& block) {
    const std::span<T> part(values.data(), block.size);
    block.unpack_all(part);
    return sink.values(part);
  });
}

template struct Frame<std::int64_t>;
template struct Frame<std::uint32_t>;

}  // namespace arbors::codec
