// The encodings of lists of strings in one static table, and the dictionary over them. A list keeps
// the order; a dictionary is a sorted list of the distinct strings and a code per value.
// Numbers are stored and never change their meaning; a new encoding takes a new number.
//
//   stream := list | dictionary (see dictionary.cpp, number 15)
//   list   := u8 number, varint count, body
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/streams/streams.h"

namespace arbors::codec {

using Strings = std::span<const std::string_view>;

inline constexpr std::uint8_t kDictionaryNumber = 15;

struct StringCodec {
  std::uint8_t number;
  std::string_view name;
  double weight;  // multiplies the estimated size: slower decoding must save that much
  // Appends the body and returns true, or returns false when the values do not fit.
  bool (*encode)(Strings, Bytes&);
  // Fills offsets and heap of an empty pool with `count` entries.
  void (*decode)(ByteReader&, std::size_t count, StringPool&);
  // The same with the entries at some places of `count`.
  void (*pick)(ByteReader&, std::size_t count, Places, StringPool&);
};

std::span<const StringCodec> string_codecs();

// Appends a list with a given encoding, or nothing and returns false.
bool encode_with(const StringCodec& codec, Strings values, Bytes& out);

// Ranks the encodings for a list by encoding a short stretch of it with each. Keeps what it has
// encoded when that was the whole list.
class ListPlan {
 public:
  explicit ListPlan(Strings values);
  std::size_t size() const { return ranking_.front().size; }  // estimated, in bytes
  void encode(Bytes& out) const;

 private:
  struct Candidate {
    const StringCodec* codec;
    std::size_t size;
    double score;
    Bytes trial;
  };
  Bytes encode_by_trial(Bytes known) const;

  Strings values_;
  Strings excerpt_;
  std::vector<Candidate> ranking_;
};

void decode_list(ByteSpan list, std::size_t count, StringPool& out);
void pick_list(ByteSpan list, std::size_t count, Places at, StringPool& out);

// Shared by the encodings that keep a heap: lengths as nested codes.
void encode_lengths(Strings values, Bytes& out);
// Sets the offsets; returns the size of the heap that they ask for.
std::size_t decode_lengths(ByteReader& in, std::size_t count, StringPool& out);

// Where the entries at some places of a list lie in its heap, and how large that is.
struct Extents {
  struct Extent {
    std::uint32_t begin, end;
  };
  std::vector<Extent> entries;
  std::size_t heap = 0;
};
// Reads lengths for some places.
Extents read_extents(ByteReader& in, std::size_t count, Places at);
// Appends these entries of a heap.
void copy_entries(const Extents& extents, const char* heap, StringPool& out);

}  // namespace arbors::codec
