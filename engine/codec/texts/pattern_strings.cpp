// Pattern: strings of one length over small alphabets, such as ids, hashes and timestamps, as one
// integer per group of positions (pattern.h); beats a general compressor in size and speed. Strings
// of another length, the outliers, are kept aside.
//
//   body      := outliers (outliers.h), pattern, integers (nested) per group
//   integers  := one for each string that is no outlier
#include <algorithm>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/sampling.h"
#include "engine/codec/texts/outliers.h"
#include "engine/codec/texts/pattern.h"
#include "engine/codec/texts/pattern_numbers.h"
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kSampledStrings = 32;

// The most common length of a sample, or 0 when it is not that of nearly all.
std::size_t common_length(Strings values) {
  const std::size_t samples = std::min(values.size(), kSampledStrings);
  std::vector<std::size_t> lengths(samples);
  for (std::size_t i = 0; i < samples; ++i)
    lengths[i] = values[sample_position(i, samples, values.size())].size();
  std::sort(lengths.begin(), lengths.end());
  const std::size_t length = samples == 0 ? 0 : lengths[samples / 2];
  const auto same = std::count(lengths.begin(), lengths.end(), length);
  return static_cast<std::size_t>(same) * 8 >= samples * 7 ? length : 0;
}

// Values to read the alphabets from: so many that one more hardly shows another letter.
std::vector<std::string_view> spread(Strings values) {
  constexpr std::size_t kRead = 1024;
  std::vector<std::string_view> some(std::min(values.size(), kRead));
  for (std::size_t i = 0; i < some.size(); ++i)
    some[i] = values[sample_position(i, some.size(), values.size())];
  return some;
}

// Makes a list of strings that stand one after the other.
void take_rows(std::vector<char>&& rows, std::size_t count, std::size_t length, StringPool& out) {
  out.heap = std::move(rows);
  out.offsets.resize(count + 1);
  for (std::size_t i = 0; i <= count; ++i) out.offsets[i] = static_cast<std::uint32_t>(i * length);
}

}  // namespace

bool encode_pattern_strings(Strings values, Bytes& out) {
  const std::size_t length = common_length(values);
  if (length == 0 || length > kMostPatternLength) return false;
  Parted parted;
  parted.members.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    parted.add(values[i], values[i].size() == length, i);
  if (!parted.pays()) return false;
  encode_outliers(parted, out);
  const std::vector<std::string_view>& members = parted.members;
  const std::size_t start = out.size();
  if (encode_members(members, find_pattern(spread(members)), out)) return true;
  out.resize(start);
  return encode_members(members, find_pattern(members), out);
}

void decode_pattern_strings(ByteReader& in, std::size_t count, StringPool& out) {
  const Outliers outliers = decode_outliers(in, count);
  const std::size_t members = count - outliers.positions.size();
  std::vector<char> rows = decode_members(in, members);
  const std::size_t length = members == 0 ? 0 : rows.size() / members;
  if (!outliers.positions.empty()) {
    const std::string_view all(rows.data(), rows.size());
    out.heap.reserve(rows.size() + outliers.texts.heap.size());
    out.offsets.reserve(count + 1);
    return weave(
        count, outliers, [&](std::size_t row) { return all.substr(row * length, length); }, out);
  }
  take_rows(std::move(rows), count, length, out);
}

void pick_pattern_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  const Outliers outliers = decode_outliers(in, count);
  const std::vector<std::uint32_t> places = member_places(outliers, at);
  std::vector<char> rows = pick_members(in, count - outliers.positions.size(), places);
  const std::size_t length = places.empty() ? 0 : rows.size() / places.size();
  if (places.size() == at.size()) return take_rows(std::move(rows), at.size(), length, out);
  const std::string_view all(rows.data(), rows.size());
  weave_at(
      at, outliers, [&](std::size_t row) { return all.substr(row * length, length); }, out);
}

}  // namespace arbors::codec
