// Strings of a list that are unlike the others, kept aside so that they do not cost the others
// their encoding.
//
//   strangers := varint count, [positions (nested codes, ascending), varint size, plain list's
//   body]
//                the brackets where there are any
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {

// Parts a list; `members` and `strangers` see into it.
struct Parted {
  std::vector<std::string_view> members, strangers;
  std::vector<std::uint32_t> positions;  // of the strangers

  void add(std::string_view value, bool member, std::size_t at);
  // Whether so few are strangers that keeping them aside can pay.
  bool pays() const { return strangers.size() * 7 <= members.size(); }
};

void encode_strangers(const Parted& parted, Bytes& out);

struct Strangers {
  std::vector<std::uint32_t> positions;
  StringPool texts;
};

// Reads the strangers of a list of `count` strings.
Strangers decode_strangers(ByteReader& in, std::size_t count);

// Where places of a list of strings are among its members: those that are no stranger's.
std::vector<std::uint32_t> member_places(const Strangers& strangers, Places at);

// Gives the strings at some places of the list; member(i) is the i-th of them that is no stranger.
template <typename Member>
void weave_at(Places at, const Strangers& strangers, Member member, StringPool& out) {
  std::size_t next = 0, row = 0;
  for (const std::uint32_t place : at) {
    while (next < strangers.positions.size() && strangers.positions[next] < place) ++next;
    const bool stranger = next < strangers.positions.size() && strangers.positions[next] == place;
    const std::string_view text = stranger ? strangers.texts.entry(next) : member(row++);
    out.heap.insert(out.heap.end(), text.begin(), text.end());
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  }
}

// Gives the list of `count` strings again; member(i) is the i-th that is no stranger.
template <typename Member>
void weave(std::size_t count, const Strangers& strangers, Member member, StringPool& out) {
  const auto append = [&](std::string_view text) {
    out.heap.insert(out.heap.end(), text.begin(), text.end());
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  };
  std::size_t next = 0, row = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (next < strangers.positions.size() && strangers.positions[next] == i)
      append(strangers.texts.entry(next++));
    else
      append(member(row++));
  }
}

}  // namespace arbors::codec
