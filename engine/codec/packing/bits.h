// Bit packing. Full blocks of 1,024 values are packed lane by lane (value i lies in lane i %
// lanes), so that one shift serves a whole vector register, after FastLanes (Afroozeh and Boncz,
// VLDB 2023); what remains is packed one value after the other.
//
//   packed := block* tail
//   block  := words[width * lanes]     lanes of 32 bits (32 of them) up to width 32, else of 64
//   tail   := ceil(values * width / 8) bytes, first value in the lowest bits
//
// Values of 8 and 16 bits lie in lanes of as many (128 and 64 of them), which are unpacked in half
// the time or less: for memory alone, no stream is stored so.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>

#include "engine/base/bytes.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

inline constexpr std::size_t kBlockValues = 1024;

template <std::unsigned_integral U>
constexpr unsigned width_of(U value) {
  return static_cast<unsigned>(std::bit_width(value));
}

// Bytes that `count` values of `width` bits take.
constexpr std::size_t packed_size(std::size_t count, unsigned width) {
  return (count / kBlockValues) * (kBlockValues / 8) * width +
         ((count % kBlockValues) * width + 7) / 8;
}

// Appends the low `width` bits of each value; width is at most the bits of U.
template <std::unsigned_integral U>
void pack(std::span<const U> values, unsigned width, Bytes& out);

// Reads out.size() values and adds `base` to each, wrapping. `packed` has packed_size() bytes.
template <std::unsigned_integral U>
void unpack(ByteSpan packed, unsigned width, U base, std::span<U> out);

// Reads those of `count` values that stand at some places, which ascend and are below `count`: a
// value by itself, or its whole block where many of it are asked for. Places are counted from
// `first` on, which begins a block.
template <std::unsigned_integral U>
void unpack_at(ByteSpan packed, std::size_t count, unsigned width, U base, Places at,
               std::span<U> out, std::size_t first = 0);

}  // namespace arbors::codec
