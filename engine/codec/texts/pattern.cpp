// Layout of a pattern:
//
//   pattern  := u8 length, u8 alphabets, alphabet*, u8 which alphabet[length]
//   alphabet := u8 size - 1, bytes[size]
#include "engine/codec/texts/pattern.h"

#include <array>
#include <cmath>

namespace arbors::codec {
namespace {

using Alphabet = std::bitset<256>;

std::vector<Alphabet> collect(Strings values) {
  const std::size_t length = values[0].size();
  std::vector<std::array<bool, 256>> seen(length);
  for (const std::string_view value : values)
    for (std::size_t p = 0; p < length; ++p) seen[p][static_cast<std::uint8_t>(value[p])] = true;
  std::vector<Alphabet> alphabets(length);
  for (std::size_t p = 0; p < length; ++p)
    for (std::size_t byte = 0; byte < 256; ++byte) alphabets[p][byte] = seen[p][byte];
  return alphabets;
}

double bits_of(const Alphabet& alphabet) {
  return std::log2(static_cast<double>(alphabet.count()));
}

struct Shared {
  Alphabet bytes;
  std::size_t positions = 0;
};

// Bits lost over all values when a position with `mine` takes to a widened shared alphabet.
double cost_of_sharing(const Shared& shared, const Alphabet& mine, std::size_t values) {
  const double widened = bits_of(shared.bytes | mine);
  const double lost = (widened - bits_of(mine)) +
                      (widened - bits_of(shared.bytes)) * static_cast<double>(shared.positions);
  return lost * static_cast<double>(values);
}

}  // namespace

Pattern find_pattern(Strings values) {
  std::vector<Shared> shared;
  Pattern pattern;
  for (const Alphabet& mine : collect(values)) {
    double least = 8.0 * static_cast<double>(mine.count() + 1);  // of an alphabet of its own
    std::size_t best = shared.size();
    for (std::size_t i = 0; i < shared.size(); ++i) {
      const double cost = cost_of_sharing(shared[i], mine, values.size());
      if (cost >= least) continue;
      least = cost;
      best = i;
    }
    if (best == shared.size()) shared.push_back({});
    shared[best].bytes |= mine;
    ++shared[best].positions;
    pattern.at.push_back(static_cast<std::uint8_t>(best));
  }
  for (const Shared& alphabet : shared) {
    pattern.alphabets.emplace_back();
    for (unsigned byte = 0; byte < 256; ++byte)
      if (alphabet.bytes[byte]) pattern.alphabets.back().push_back(static_cast<std::uint8_t>(byte));
  }
  return pattern;
}

std::vector<Pattern::Group> Pattern::groups() const {
  std::vector<Group> groups;
  GroupBounds bounds;
  for (std::size_t p = 0; p < length(); ++p) {
    if (radix(p) == 1) continue;
    if (bounds.begins(radix(p))) groups.emplace_back();
    groups.back().positions.push_back(static_cast<std::uint16_t>(p));
  }
  return groups;
}

void Pattern::write(ByteWriter& out) const {
  out.u8(static_cast<std::uint8_t>(length()));
  out.u8(static_cast<std::uint8_t>(alphabets.size()));
  for (const auto& alphabet : alphabets) {
    out.u8(static_cast<std::uint8_t>(alphabet.size() - 1));
    out.raw(ByteSpan(alphabet));
  }
  out.raw(ByteSpan(at));
}

StoredPattern StoredPattern::read(ByteReader& in) {
  StoredPattern pattern;
  const std::size_t length = in.u8();
  pattern.alphabets.resize(in.u8());
  for (ByteSpan& alphabet : pattern.alphabets) alphabet = in.raw(in.u8() + std::size_t{1});
  pattern.at = in.raw(length);
  for (const std::uint8_t alphabet : pattern.at)
    if (alphabet >= pattern.alphabets.size()) in.fail("an alphabet is out of range");
  return pattern;
}

Pattern StoredPattern::unfold() const {
  Pattern pattern;
  for (const ByteSpan alphabet : alphabets)
    pattern.alphabets.emplace_back(alphabet.begin(), alphabet.end());
  pattern.at.assign(at.begin(), at.end());
  return pattern;
}

}  // namespace arbors::codec
