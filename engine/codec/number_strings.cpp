// Number: integers written in decimal, all with the same text before and after ("", "user-", "?"),
// as integers.
//
//   body := text prefix, text suffix (at most 255 bytes each), integers (nested)
//   value := prefix, the integer without leading zeros, suffix
#include <charconv>
#include <vector>

#include "engine/codec/affixes.h"
#include "engine/codec/encodings.h"
#include "engine/codec/string_encodings.h"

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

Affixes affixes_of(Strings values) {
  Affixes affixes{shared_prefix(values), shared_suffix(values)};
  while (!affixes.prefix.empty() && is_numeric(affixes.prefix.back()))
    affixes.prefix.remove_suffix(1);
  while (!affixes.suffix.empty() && is_numeric(affixes.suffix.front()))
    affixes.suffix.remove_prefix(1);
  return affixes;
}

}  // namespace

bool encode_number_strings(Strings values, Bytes& out) {
  const auto [prefix, suffix] = affixes_of(values);
  if (values.empty() || std::max(prefix.size(), suffix.size()) > kMostAffix) return false;
  std::vector<std::int64_t> numbers(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].size() <= prefix.size() + suffix.size()) return false;
    const auto digits =
        values[i].substr(prefix.size(), values[i].size() - prefix.size() - suffix.size());
    if (!parse(digits, numbers[i])) return false;
  }
  ByteWriter writer(out);
  writer.text(prefix);
  writer.text(suffix);
  encode_nested<std::int64_t>(numbers, 0, out);
  return true;
}

void decode_number_strings(ByteReader& in, std::size_t count, StringPool& out) {
  const std::string_view prefix = in.text(), suffix = in.text();
  if (std::max(prefix.size(), suffix.size()) > kMostAffix) in.fail("an affix is too long");
  std::vector<std::int64_t> numbers(count);
  decode_nested<std::int64_t>(in, numbers, 0);
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

}  // namespace arbors::codec
