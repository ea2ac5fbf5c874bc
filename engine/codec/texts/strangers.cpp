#include "engine/codec/texts/strangers.h"

#include <algorithm>
#include <functional>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {

void Parted::add(std::string_view value, bool member, std::size_t at) {
  if (member) return members.push_back(value);
  strangers.push_back(value);
  positions.push_back(static_cast<std::uint32_t>(at));
}

void encode_strangers(const Parted& parted, Bytes& out) {
  ByteWriter writer(out);
  writer.varint(parted.strangers.size());
  if (parted.strangers.empty()) return;
  encode_nested<std::uint32_t>(parted.positions, 0, out);
  Bytes list;
  encode_plain_strings(parted.strangers, list);
  writer.blob(list);
}

Strangers decode_strangers(ByteReader& in, std::size_t count) {
  Strangers strangers;
  strangers.positions.resize(in.count(count));
  if (strangers.positions.empty()) return strangers;
  decode_nested<std::uint32_t>(in, strangers.positions, 0);
  if (strangers.positions.back() >= count ||
      !std::is_sorted(strangers.positions.begin(), strangers.positions.end(), std::less_equal<>()))
    in.fail("its strangers are out of order");
  ByteReader list(in.blob(), "strings out of a pattern");
  decode_plain_strings(list, strangers.positions.size(), strangers.texts);
  list.expect_done();
  return strangers;
}

std::vector<std::uint32_t> member_places(const Strangers& strangers, Places at) {
  std::vector<std::uint32_t> places;
  places.reserve(at.size());
  std::uint32_t before = 0;  // strangers
  for (const std::uint32_t place : at) {
    while (before < strangers.positions.size() && strangers.positions[before] < place) ++before;
    if (before < strangers.positions.size() && strangers.positions[before] == place) continue;
    places.push_back(place - before);
  }
  return places;
}

}  // namespace arbors::codec
