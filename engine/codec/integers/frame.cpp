// Frame of reference: each block of 1,024 values as its least value and the packed distances from
// it.
//
//   body  := width[blocks] (u8 each), base[blocks] (zigzag varint, or varint for codes),
//            packed block*            blocks = ceil(count / 1024), packed as drawn in bits.h
#include <algorithm>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/bits.h"

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

template <Lane T>
void Frame<T>::decode(ByteReader& in, std::span<T> out, unsigned) {
  using U = Wrapped<T>;
  const std::size_t blocks = blocks_of(out.size());
  const ByteSpan widths = in.raw(blocks);
  std::vector<T> bases(blocks);
  for (T& base : bases) base = read_value<T>(in);
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto block = block_of(out, b);
    if (widths[b] > sizeof(T) * 8) in.fail("a width is out of range");
    const ByteSpan packed = in.raw(packed_size(block.size(), widths[b]));
    unpack<U>(packed, widths[b], static_cast<U>(bases[b]),
              {reinterpret_cast<U*>(block.data()), block.size()});
  }
}

template <Lane T>
void Frame<T>::pick(ByteReader& in, std::size_t count, Places at, std::span<T> out, unsigned) {
  using U = Wrapped<T>;
  const std::size_t blocks = blocks_of(count);
  const ByteSpan widths = in.raw(blocks);
  std::vector<T> bases(blocks);
  for (T& base : bases) base = read_value<T>(in);
  std::vector<std::uint32_t> in_block;
  for (std::size_t b = 0, i = 0; i < at.size(); ++b) {
    const std::size_t first = b * kBlockValues, size = std::min(kBlockValues, count - first);
    if (widths[b] > sizeof(T) * 8) in.fail("a width is out of range");
    const ByteSpan packed = in.raw(packed_size(size, widths[b]));
    in_block.clear();
    for (std::size_t next = i; next < at.size() && at[next] < first + size; ++next)
      in_block.push_back(at[next] - static_cast<std::uint32_t>(first));
    unpack_at<U>(packed, size, widths[b], static_cast<U>(bases[b]), in_block,
                 {reinterpret_cast<U*>(out.data()) + i, in_block.size()});
    i += in_block.size();
  }
}

template struct Frame<std::int64_t>;
template struct Frame<std::uint32_t>;

}  // namespace arbors::codec
