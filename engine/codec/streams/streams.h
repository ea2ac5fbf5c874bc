// Typed dense streams as bytes: what a column's pools are stored as. Each encode_ appends one
// stream, choosing the encoding that its values suggest; the caller remembers where a stream ends
// and how many values it holds. Each decode_ takes exactly those bytes and that count and checks
// all it reads: damaged bytes throw Error{Corrupt} or give wrong values, never more. Allocation is
// bounded by the count and the size of the bytes. Each pick_ takes the bytes and the count besides
// the places of the values that are asked for, reads little more than these, and checks what it
// reads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/streams/places.h"

namespace arbors::codec {

void encode_ints(std::span<const std::int64_t> values, Bytes& out);
void decode_ints(ByteSpan stream, std::span<std::int64_t> out);
void pick_ints(ByteSpan stream, std::size_t count, Places at, std::span<std::int64_t> out);

// Doubles come back bit for bit: -0.0, infinities and the payloads of NaNs included.
void encode_reals(std::span<const double> values, Bytes& out);
void decode_reals(ByteSpan stream, std::span<double> out);
void pick_reals(ByteSpan stream, std::size_t count, Places at, std::span<double> out);

// Small unsigned numbers: dictionary codes, array lengths, shape codes.
void encode_codes(std::span<const std::uint32_t> values, Bytes& out);
void decode_codes(ByteSpan stream, std::span<std::uint32_t> out);
void pick_codes(ByteSpan stream, std::size_t count, Places at, std::span<std::uint32_t> out);

// Picks codes, and gives how many before each are the same, where it is one of `ranked`: a bit for
// each code below 32. The ranks of others are 0.
void rank_codes(ByteSpan stream, std::size_t count, Places at, std::uint32_t ranked,
                std::span<std::uint32_t> out, std::span<std::uint32_t> ranks);

// Kinds of rows, each 0 to 15.
inline constexpr std::uint8_t kMaxTag = 15;
void encode_tags(std::span<const std::uint8_t> values, Bytes& out);
void decode_tags(ByteSpan stream, std::span<std::uint8_t> out);

// Decoded strings: `entries()` byte runs in one heap. With `dictionary` the entries are distinct,
// sorted by memcmp, and `codes` names one per value; without it entry i is value i.
struct StringPool {
  std::vector<std::uint32_t> offsets{0};  // entries() + 1, ascending from 0 to heap.size()
  std::vector<char> heap;
  bool dictionary = false;
  std::vector<std::uint32_t> codes;  // one per value with `dictionary`, else empty

  std::size_t entries() const { return offsets.size() - 1; }
  std::string_view entry(std::size_t i) const {
    return {heap.data() + offsets[i], offsets[i + 1] - offsets[i]};
  }
  std::string_view value(std::size_t i) const { return entry(dictionary ? codes[i] : i); }
};

// Strings are any bytes. Throws Error{Limit} when they do not fit a heap of 4 GiB.
void encode_strings(std::span<const std::string_view> values, Bytes& out);

// The same for values that the caller has coded already: value i is distinct[codes[i]], the entries
// being distinct, in any order and each used. Hashes nothing.
void encode_coded_strings(std::span<const std::uint32_t> codes,
                          std::span<const std::string_view> distinct, Bytes& out);

// The same for values that hardly repeat: looks for no dictionary.
void encode_distinct_strings(std::span<const std::string_view> values, Bytes& out);

// Replaces what the pool holds and keeps its memory.
void decode_strings(ByteSpan stream, std::size_t count, StringPool& out);
// Besides, a pool of a dictionary holds the entries that are used alone.
void pick_strings(ByteSpan stream, std::size_t count, Places at, StringPool& out);

}  // namespace arbors::codec
