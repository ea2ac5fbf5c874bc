// Number: integers written in decimal, all with the same text before and after ("", "user-", "?"),
// as integers.
//
//   body := text prefix, text suffix (at most 255 bytes each), integers (nested)
//   value := prefix, the integer without leading zeros, suffix
//
// Numbers and others: the same, beside some strings that are no such numbers.
//
//   body := outliers (outliers.h), number list's body of the strings that are none
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <vector>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/packing/sampling.h"
#include "engine/codec/texts/affixes.h"
#include "engine/codec/texts/outliers.h"
#include "engine/codec/texts/string_encodings.h"

namespace arbors::codec {
namespace {

constexpr std::size_t kMostAffix = 255;
constexpr std::size_t kMostDigits = 20;  // of an int64 with its sign

bool is_numeric(char letter) { return (letter >= '0' && letter <= '9') || letter == '-'; }

// Reads an integer that is written just as it would be written back.
bool parse(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  const std::string_view digits = text.substr(text[0] == '-' ? 1 : 0);
  return digits[0] != '0' || text.size() == 1;
}

struct Affixes {
  std::string_view prefix, suffix;
};

Affixes without_digits(Affixes affixes) {
  while (!affixes.prefix.empty() && is_numeric(affixes.prefix.back()))
    affixes.prefix.remove_suffix(1);
  while (!affixes.suffix.empty() && is_numeric(affixes.suffix.front()))
    affixes.suffix.remove_prefix(1);
  return affixes;
}

Affixes affixes_of(Strings values) {
  return without_digits({shared_prefix(values), shared_suffix(values)});
}

// What nearly all begin with: what a sample's quartiles share, where strings that begin alike stand
// together in order.
template <typename Before>
std::array<std::string_view, 2> quartiles(std::vector<std::string_view> sample, Before before) {
  std::sort(sample.begin(), sample.end(), before);
  return {sample[sample.size() / 4], sample[sample.size() - 1 - sample.size() / 4]};
}

Affixes common_affixes(Strings values) {
  constexpr std::size_t kSample = 256;
  std::vector<std::string_view> sample(std::min(values.size(), kSample));
  for (std::size_t i = 0; i < sample.size(); ++i)
    sample[i] = values[sample_position(i, sample.size(), values.size())];
  const auto backwards = [](std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  };
  return without_digits({shared_prefix(quartiles(sample, std::less<>())),
                         shared_suffix(quartiles(sample, backwards))});
}

// Reads the number between the affixes; false where that is not what the string is.
bool parse_between(std::string_view text, const Affixes& affixes, std::int64_t& value) {
  if (text.size() <= affixes.prefix.size() + affixes.suffix.size()) return false;
  if (!text.starts_with(affixes.prefix) || !text.ends_with(affixes.suffix)) return false;
  text.remove_prefix(affixes.prefix.size());
  text.remove_suffix(affixes.suffix.size());
  return parse(text, value);
}

// Reads `count` strings; `numbers_of` reads the numbers for them.
template <typename NumbersOf>
void read_number_strings(ByteReader& in, std::size_t count, StringPool& out,
                         const NumbersOf& numbers_of) {
  const std::string_view prefix = in.text(), suffix = in.text();
  if (std::max(prefix.size(), suffix.size()) > kMostAffix) in.fail("an affix is too long");
  std::vector<std::int64_t> numbers(count);
  numbers_of(std::span(numbers));
  const std::size_t most = count * (prefix.size() + kMostDigits + suffix.size());
  if (most > std::numeric_limits<std::uint32_t>::max()) in.fail("its strings are too long");
  out.heap.resize(most);
  out.offsets.resize(count + 1);
  char* at = out.heap.data();
  for (std::size_t i = 0; i < count; ++i) {
    at = std::copy(prefix.begin(), prefix.end(), at);
    at = std::to_chars(at, at + kMostDigits, numbers[i]).ptr;
    at = std::copy(suffix.begin(), suffix.end(), at);
    out.offsets[i + 1] = static_cast<std::uint32_t>(at - out.heap.data());
  }
  out.heap.resize(out.offsets[count]);
}

}  // namespace

bool encode_number_strings(Strings values, Bytes& out) {
  const Affixes affixes = affixes_of(values);
  if (values.empty() || std::max(affixes.prefix.size(), affixes.suffix.size()) > kMostAffix)
    return false;
  std::vector<std::int64_t> numbers(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!parse_between(values[i], affixes, numbers[i])) return false;
  ByteWriter writer(out);
  writer.text(affixes.prefix);
  writer.text(affixes.suffix);
  encode_nested<std::int64_t>(numbers, 0, out);
  return true;
}

void decode_number_strings(ByteReader& in, std::size_t count, StringPool& out) {
  read_number_strings(in, count, out, [&](std::span<std::int64_t> numbers) {
    decode_nested<std::int64_t>(in, numbers, 0);
  });
}

void pick_number_strings(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  read_number_strings(in, at.size(), out, [&](std::span<std::int64_t> numbers) {
    pick_nested<std::int64_t>(in, count, at, numbers, 0);
  });
}

bool encode_numbers_and_others(Strings values, Bytes& out) {
  if (values.empty()) return false;
  const Affixes affixes = common_affixes(values);
  Parted parted;
  parted.members.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::int64_t number = 0;
    parted.add(values[i], parse_between(values[i], affixes, number), i);
  }
  if (parted.outliers.empty() || !parted.pays()) return false;
  encode_outliers(parted, out);
  return encode_number_strings(parted.members, out);
}

void decode_numbers_and_others(ByteReader& in, std::size_t count, StringPool& out) {
  const Outliers outliers = decode_outliers(in, count);
  StringPool members;
  decode_number_strings(in, count - outliers.positions.size(), members);
  out.offsets.assign(1, 0);
  out.heap.clear();
  weave(
      count, outliers, [&](std::size_t row) { return members.entry(row); }, out);
}

void pick_numbers_and_others(ByteReader& in, std::size_t count, Places at, StringPool& out) {
  const Outliers outliers = decode_outliers(in, count);
  StringPool members;
  pick_number_strings(in, count - outliers.positions.size(), member_places(outliers, at), members);
  weave_at(
      at, outliers, [&](std::size_t row) { return members.entry(row); }, out);
}

}  // namespace arbors::codec
