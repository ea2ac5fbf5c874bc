// The pattern of fixed-length strings such as content ids, account ids, hashes and timestamps: for
// each position the alphabet of the bytes found there. The varying positions, read left to right as
// digits of mixed radix, make numbers below 2^52: groups. Order of the strings is order of the
// numbers.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {

inline constexpr std::size_t kMostPatternLength = 255;
// Below this a division by up to 4,096 is exact as a multiplication by ceil(2^64 / radix).
inline constexpr unsigned kGroupBits = 52;

struct Pattern {
  std::vector<std::vector<std::uint8_t>> alphabets;  // ascending, each of 1 to 256 bytes
  std::vector<std::uint8_t> at;                      // per position: which alphabet

  std::size_t length() const { return at.size(); }
  std::uint32_t radix(std::size_t position) const {
    return static_cast<std::uint32_t>(alphabets[at[position]].size());
  }
  struct Group {
    std::vector<std::uint16_t> positions;  // ascending, all with a radix above 1
  };
  std::vector<Group> groups() const;

  void write(ByteWriter& out) const;
};

// A pattern where it is stored, seen into: for few strings, to make a Pattern of it costs more than
// to spell them.
struct StoredPattern {
  std::vector<ByteSpan> alphabets;
  ByteSpan at;

  static StoredPattern read(ByteReader& in);
  ByteSpan alphabet(std::size_t position) const { return alphabets[at[position]]; }
  Pattern unfold() const;
};

// Tells from left to right which positions begin a group.
class GroupBounds {
 public:
  // Takes the next position's radix, above 1.
  bool begins(std::uint64_t radix) {
    const bool begins = room_ < radix;
    if (begins) room_ = std::uint64_t{1} << kGroupBits;
    room_ /= radix;
    return begins;
  }

 private:
  std::uint64_t room_ = 0;
};

// Finds the pattern of strings that all have the length of the first.
Pattern find_pattern(Strings values);

}  // namespace arbors::codec
