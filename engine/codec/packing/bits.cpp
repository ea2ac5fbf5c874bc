#include "engine/codec/packing/bits.h"

#include <algorithm>
#include <array>

#include "engine/codec/packing/kernel.h"

namespace arbors::codec {
namespace {

__extension__ using Wide = unsigned __int128;

template <typename U>
inline constexpr unsigned kBits = sizeof(U) * 8;
template <typename U>
inline constexpr std::size_t kLanes = kBlockValues / kBits<U>;

// Calls `use` with a number as wide as the lanes that values of so many bits lie in.
template <typename U, typename Use>
decltype(auto) with_lane(unsigned width, const Use& use) {
  if constexpr (sizeof(U) < sizeof(std::uint32_t)) {
    return use(U{});
  } else {
    return width <= 32 ? use(std::uint32_t{}) : use(std::uint64_t{});
  }
}

template <typename U>
constexpr U mask_of(unsigned width) {
  return width >= kBits<U> ? ~U{0} : static_cast<U>((U{1} << width) - 1);
}

template <typename U>
U load(const std::uint8_t* at) {
  U value;
  std::memcpy(&value, at, sizeof(U));
  return value;
}

// Takes row after row of the block: the shift is the same in all lanes of a row.
template <typename U>
[[gnu::always_inline]] inline void unpack_rows(const std::uint8_t* __restrict in, unsigned width,
                                               U base, U* __restrict out) {
  constexpr std::size_t kRow = kLanes<U> * sizeof(U);
  const U mask = mask_of<U>(width);
  for (unsigned row = 0, bit = 0; row < kBits<U>; ++row, bit += width, out += kLanes<U>) {
    const std::uint8_t* word = in + (bit / kBits<U>)*kRow;
    const unsigned shift = bit % kBits<U>;
    if (shift + width <= kBits<U>) {
      for (std::size_t lane = 0; lane < kLanes<U>; ++lane)
        out[lane] = ((load<U>(word + lane * sizeof(U)) >> shift) & mask) + base;
    } else {
      const std::uint8_t* next = word + kRow;
      const unsigned back = kBits<U> - shift;
      for (std::size_t lane = 0; lane < kLanes<U>; ++lane)
        out[lane] = (((load<U>(word + lane * sizeof(U)) >> shift) |
                      (load<U>(next + lane * sizeof(U)) << back)) &
                     mask) +
                    base;
    }
  }
}

ARBORS_KERNEL void unpack_block(const std::uint8_t* in, unsigned width, std::uint32_t base,
                                std::uint32_t* out) {
  unpack_rows<std::uint32_t>(in, width, base, out);
}

ARBORS_KERNEL void unpack_wide_block(const std::uint8_t* in, unsigned width, std::uint64_t base,
                                     std::uint64_t* out) {
  unpack_rows<std::uint64_t>(in, width, base, out);
}

// Widens after unpacking: a second pass over 4 KiB in L1 costs less than unpacking in 64-bit lanes.
ARBORS_KERNEL void widen_block(const std::uint32_t* __restrict in, std::uint64_t base,
                               std::uint64_t* __restrict out) {
  for (std::size_t i = 0; i < kBlockValues; ++i) out[i] = in[i] + base;
}

void unpack_block(const std::uint8_t* in, unsigned width, std::uint64_t base, std::uint64_t* out) {
  if (width > 32) return unpack_wide_block(in, width, base, out);
  alignas(64) std::array<std::uint32_t, kBlockValues> narrow;
  unpack_block(in, width, std::uint32_t{0}, narrow.data());
  widen_block(narrow.data(), base, out);
}

// Repeats the lowest bits of a lane in all lanes of a word.
template <typename U>
constexpr std::uint64_t in_all_lanes(unsigned bits) {
  return mask_of<std::uint64_t>(bits) * (~std::uint64_t{0} / mask_of<std::uint64_t>(kBits<U>));
}

// The same for lanes of 8 and 16 bits, many of which are shifted together in one word: what comes
// over from the lane beside is masked out.
template <typename U>
[[gnu::always_inline]] inline void unpack_narrow_rows(const std::uint8_t* __restrict in,
                                                      unsigned width,
                                                      std::uint8_t* __restrict out) {
  constexpr std::size_t kRow = kLanes<U> * sizeof(U), kWord = sizeof(std::uint64_t);
  for (unsigned row = 0, bit = 0; row < kBits<U>; ++row, bit += width, out += kRow) {
    const std::uint8_t* word = in + (bit / kBits<U>)*kRow;
    const unsigned shift = bit % kBits<U>;
    const unsigned back = kBits<U> - shift;  // bits that are left in the word
    const std::uint64_t mask = in_all_lanes<U>(std::min(width, back));
    if (width <= back) {
      for (std::size_t at = 0; at < kRow; at += kWord) {
        const std::uint64_t values = (load<std::uint64_t>(word + at) >> shift) & mask;
        std::memcpy(out + at, &values, kWord);
      }
    } else {
      const std::uint8_t* next = word + kRow;
      const std::uint64_t high = in_all_lanes<U>(width) & ~mask;
      for (std::size_t at = 0; at < kRow; at += kWord) {
        const std::uint64_t values = ((load<std::uint64_t>(word + at) >> shift) & mask) |
                                     ((load<std::uint64_t>(next + at) << back) & high);
        std::memcpy(out + at, &values, kWord);
      }
    }
  }
}

ARBORS_KERNEL void unpack_bytes_block(const std::uint8_t* in, unsigned width, std::uint8_t* out) {
  unpack_narrow_rows<std::uint8_t>(in, width, out);
}

ARBORS_KERNEL void unpack_halves_block(const std::uint8_t* in, unsigned width, std::uint8_t* out) {
  unpack_narrow_rows<std::uint16_t>(in, width, out);
}

template <typename U>
void add_base(U base, U* out) {
  for (std::size_t i = 0; base != 0 && i < kBlockValues; ++i)
    out[i] = static_cast<U>(out[i] + base);
}

void unpack_block(const std::uint8_t* in, unsigned width, std::uint8_t base, std::uint8_t* out) {
  unpack_bytes_block(in, width, out);
  add_base(base, out);
}

void unpack_block(const std::uint8_t* in, unsigned width, std::uint16_t base, std::uint16_t* out) {
  unpack_halves_block(in, width, reinterpret_cast<std::uint8_t*>(out));
  add_base(base, out);
}

template <typename U, typename V>
void pack_block(const V* in, unsigned width, std::uint8_t* out) {
  const U mask = mask_of<U>(width);
  std::array<U, kBlockValues> words{};
  for (unsigned row = 0, bit = 0; row < kBits<U>; ++row, bit += width, in += kLanes<U>) {
    U* word = words.data() + (bit / kBits<U>)*kLanes<U>;
    const unsigned shift = bit % kBits<U>;
    for (std::size_t lane = 0; lane < kLanes<U>; ++lane)
      word[lane] |= static_cast<U>((in[lane] & mask) << shift);
    if (shift + width <= kBits<U>) continue;
    for (std::size_t lane = 0; lane < kLanes<U>; ++lane)
      word[lane + kLanes<U>] |= static_cast<U>((in[lane] & mask) >> (kBits<U> - shift));
  }
  std::memcpy(out, words.data(), packed_size(kBlockValues, width));
}

template <typename U>
void pack_tail(std::span<const U> values, unsigned width, std::uint8_t* out) {
  const std::uint64_t mask = mask_of<std::uint64_t>(width);
  Wide window = 0;
  unsigned held = 0;
  for (const U value : values) {
    window |= static_cast<Wide>(value & mask) << held;
    for (held += width; held >= 8; held -= 8, window >>= 8)
      *out++ = static_cast<std::uint8_t>(window);
  }
  if (held != 0) *out = static_cast<std::uint8_t>(window);
}

// Reads the value at bit `at`, byte by byte near the end so as not to read past it.
template <typename U>
U read_at(ByteSpan packed, std::size_t at, unsigned width) {
  const std::size_t byte = at / 8;
  const unsigned shift = at % 8;
  const std::size_t have = std::min<std::size_t>(packed.size() - byte, 9);
  std::uint64_t low = 0;
  std::memcpy(&low, packed.data() + byte, std::min<std::size_t>(have, 8));
  low >>= shift;
  if (shift + width > 64) low |= std::uint64_t{packed[byte + 8]} << (64 - shift);
  return static_cast<U>(low & mask_of<std::uint64_t>(width));
}

// Takes eight values, which lie in `width` bytes, by two words of four: three times as fast as one
// after the other.
constexpr unsigned kMostInEights = 15;
ARBORS_KERNEL void unpack_eights(const std::uint8_t* __restrict in, unsigned width,
                                 std::uint32_t base, std::size_t eights,
                                 std::uint32_t* __restrict out) {
  const std::uint64_t mask = mask_of<std::uint64_t>(width);
  const unsigned middle = width % 2 * 4;  // where the fifth value begins in its byte
  for (; eights > 0; --eights, in += width, out += 8) {
    const auto low = load<std::uint64_t>(in), high = load<std::uint64_t>(in + width / 2) >> middle;
    for (unsigned lane = 0; lane < 4; ++lane) {
      out[lane] = static_cast<std::uint32_t>(low >> lane * width & mask) + base;
      out[lane + 4] = static_cast<std::uint32_t>(high >> lane * width & mask) + base;
    }
  }
}

template <typename U>
void unpack_tail(ByteSpan packed, unsigned width, U base, std::span<U> out) {
  const std::uint64_t mask = mask_of<std::uint64_t>(width);
  std::size_t i = 0;
  if constexpr (std::is_same_v<U, std::uint32_t>) {
    const std::size_t reach = width / 2 + sizeof(std::uint64_t);  // bytes that eight may look at
    if (width <= kMostInEights && packed.size() >= reach) {
      const std::size_t eights = std::min(out.size() / 8, (packed.size() - reach) / width + 1);
      unpack_eights(packed.data(), width, base, eights, out.data());
      i = eights * 8;
    }
  }
  if (width <= 56 && packed.size() >= 8) {
    const std::size_t fast = std::min(out.size(), ((packed.size() - 8) * 8) / width);
    for (std::size_t at = i * width; i < fast; ++i, at += width)
      out[i] =
          static_cast<U>(((load<std::uint64_t>(packed.data() + at / 8) >> (at % 8)) & mask) + base);
  }
  for (; i < out.size(); ++i) out[i] = static_cast<U>(read_at<U>(packed, i * width, width) + base);
}

// Reads value `i` of a full block.
template <typename Word>
std::uint64_t value_in_lane(const std::uint8_t* block, std::size_t i, unsigned width) {
  constexpr std::size_t kRow = kLanes<Word> * sizeof(Word);
  const auto bit = static_cast<unsigned>(i / kLanes<Word>) * width;
  const std::uint8_t* word = block + (bit / kBits<Word>)*kRow + i % kLanes<Word> * sizeof(Word);
  const unsigned shift = bit % kBits<Word>;
  Word value = static_cast<Word>(load<Word>(word) >> shift);
  if (shift + width > kBits<Word>)
    value |= static_cast<Word>(load<Word>(word + kRow) << (kBits<Word> - shift));
  return value & mask_of<Word>(width);
}

template <typename U>
void unpack_block_at(const std::uint8_t* block, unsigned width, U base, Places at,
                     std::span<U> out) {
  constexpr std::size_t kMany = 48;  // values of a block, for which unpacking all of it costs less
  if (at.size() >= kMany) {
    alignas(64) std::array<U, kBlockValues> values;
    unpack_block(block, width, base, values.data());
    for (std::size_t i = 0; i < at.size(); ++i) out[i] = values[at[i] % kBlockValues];
    return;
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::size_t place = at[i] % kBlockValues;
    const auto value = with_lane<U>(width, [&](auto lane) -> std::uint64_t {
      return value_in_lane<decltype(lane)>(block, place, width);
    });
    out[i] = static_cast<U>(value + base);
  }
}

}  // namespace

template <std::unsigned_integral U>
void pack(std::span<const U> values, unsigned width, Bytes& out) {
  if (width == 0) return;
  std::size_t at = out.size();
  out.resize(at + packed_size(values.size(), width));
  for (; values.size() >= kBlockValues; values = values.subspan(kBlockValues)) {
    with_lane<U>(width, [&](auto lane) {
      pack_block<decltype(lane)>(values.data(), width, out.data() + at);
    });
    at += packed_size(kBlockValues, width);
  }
  pack_tail(values, width, out.data() + at);
}

template <std::unsigned_integral U>
void unpack(ByteSpan packed, unsigned width, U base, std::span<U> out) {
  if (width == 0) return std::fill(out.begin(), out.end(), base);
  for (; out.size() >= kBlockValues; out = out.subspan(kBlockValues)) {
    unpack_block(packed.data(), width, base, out.data());
    packed = packed.subspan(packed_size(kBlockValues, width));
  }
  unpack_tail(packed, width, base, out);
}

template <std::unsigned_integral U>
void unpack_at(ByteSpan packed, std::size_t count, unsigned width, U base, Places at,
               std::span<U> out, std::size_t first) {
  if (width == 0) return std::fill(out.begin(), out.end(), base);
  for (std::size_t i = 0; i < at.size();) {
    const std::size_t block = (at[i] - first) / kBlockValues;
    const std::size_t begin = first + block * kBlockValues;
    std::size_t end = i + 1;
    while (end < at.size() && at[end] < begin + kBlockValues) ++end;
    const ByteSpan bytes = packed.subspan(block * packed_size(kBlockValues, width));
    if (begin + kBlockValues <= first + count) {
      unpack_block_at(bytes.data(), width, base, at.subspan(i, end - i), out.subspan(i, end - i));
      i = end;
    }
    for (; i < end; ++i)
      out[i] = static_cast<U>(read_at<U>(bytes, (at[i] - begin) * width, width) + base);
  }
}

#define ARBORS_PACKS(U)                                      \
  template void pack(std::span<const U>, unsigned, Bytes&);  \
  template void unpack(ByteSpan, unsigned, U, std::span<U>); \
  template void unpack_at(ByteSpan, std::size_t, unsigned, U, Places, std::span<U>, std::size_t)

ARBORS_PACKS(std::uint8_t);
ARBORS_PACKS(std::uint16_t);
ARBORS_PACKS(std::uint32_t);
ARBORS_PACKS(std::uint64_t);
#undef ARBORS_PACKS

}  // namespace arbors::codec
