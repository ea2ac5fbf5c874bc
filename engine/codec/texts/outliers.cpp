#include "engine/codec/texts/outliers.h"

#include <algorithm>
#include <functional>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {

void Parted::add(std::string_view value, bool member, std::size_t at) {
  if (member) return members.push_back(value);
  outliers.push_back(value);
  positions.push_back(static_cast<std::uint32_t>(at));
}

void encode_outliers(const Parted& parted, Bytes& out) {
  ByteWriter writer(out);
  writer.varint(parted.outliers.size());
  if (parted.outliers.empty()) return;
  encode_nested<std::uint32_t>(parted.positions, 0, out);
  Bytes list;
  encode_plain_strings(parted.outliers, list);
  writer.blob(list);
}

Outliers decode_outliers(ByteReader& in, std::size_t count) {
  Outliers outliers;
  outliers.positions.resize(in.count(count));
  if (outliers.positions.empty()) return outliers;
  decode_nested<std::uint32_t>(in, outliers.positions, 0);
  if (outliers.positions.back() >= count ||
      !std::is_sorted(outliers.positions.begin(), outliers.positions.end(), std::less_equal<>()))
    in.fail("its outliers are out of order");
  ByteReader list(in.blob(), "strings out of a pattern");
  decode_plain_strings(list, outliers.positions.size(), outliers.texts);
  list.expect_done();
  return outliers;
}

std::vector<std::uint32_t> member_places(const Outliers& outliers, Places at) {
  std::vector<std::uint32_t> places;
  places.reserve(at.size());
  std::uint32_t before = 0;  // outliers
  for (const std::uint32_t place : at) {
    while (before < outliers.positions.size() && outliers.positions[before] < place) ++before;
    if (before < outliers.positions.size() && outliers.positions[before] == place) continue;
    places.push_back(place - before);
  }
  return places;
}

}  // namespace arbors::codec
