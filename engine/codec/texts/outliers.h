// Strings of a list that are unlike the others, kept aside so that they do not cost the others
// their encoding.
//
//   outliers := varint count, [positions (nested codes, ascending), varint size, plain list's
//   body]
//                the brackets where there are any
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/codec/texts/strings.h"

namespace arbors::codec {

// Parts a list; `members` and `outliers` see into it.
struct Parted {
  std::vector<std::string_view> members, outliers;
  std::vector<std::uint32_t> positions;  // of the outliers

  void add(std::string_view value, bool member, std::size_t at);
  // Whether so few are outliers that keeping them aside can pay.
  bool pays() const { return outliers.size() * 7 <= members.size(); }
};

void encode_outliers(const Parted& parted, Bytes& out);

struct Outliers {
  std::vector<std::uint32_t> positions;
  StringPool texts;
};

// Reads the outliers of a list of `count` strings.
Outliers decode_outliers(ByteReader& in, std::size_t count);

// Where places of a list of strings are among its members: those that are no outlier's.
std::vector<std::uint32_t> member_places(const Outliers& outliers, Places at);

// Gives the strings at some places of the list; member(i) is the i-th of them that is no outlier.
template <typename Member>
void weave_at(Places at, const Outliers& outliers, Member member, StringPool& out) {
  std::size_t next = 0, row = 0;
  for (const std::uint32_t place : at) {
    while (next < outliers.positions.size() && outliers.positions[next] < place) ++next;
    const bool outlier = next < outliers.positions.size() && outliers.positions[next] == place;
    const std::string_view text = outlier ? outliers.texts.entry(next) : member(row++);
    out.heap.insert(out.heap.end(), text.begin(), text.end());
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  }
}

// Gives the list of `count` strings again; member(i) is the i-th that is no outlier.
template <typename Member>
void weave(std::size_t count, const Outliers& outliers, Member member, StringPool& out) {
  const auto append = [&](std::string_view text) {
    out.heap.insert(out.heap.end(), text.begin(), text.end());
    out.offsets.push_back(static_cast<std::uint32_t>(out.heap.size()));
  };
  std::size_t next = 0, row = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (next < outliers.positions.size() && outliers.positions[next] == i)
      append(outliers.texts.entry(next++));
    else
      append(member(row++));
  }
}

}  // namespace arbors::codec
