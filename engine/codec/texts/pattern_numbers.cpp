#include "engine/codec/texts/pattern_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "engine/codec/integers/encodings.h"
#include "engine/codec/streams/scratch.h"

namespace arbors::codec {
namespace {

__extension__ using Wide = unsigned __int128;

// The digit that each byte stands for, kMisfit for one outside of the alphabet.
using Digits = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kMisfit = 0x80;

std::vector<Digits> digits_of(const Pattern& pattern) {
  std::vector<Digits> digits(pattern.alphabets.size());
  for (std::size_t a = 0; a < digits.size(); ++a) {
    digits[a].fill(kMisfit);
    for (std::size_t i = 0; i < pattern.alphabets[a].size(); ++i)
      digits[a][pattern.alphabets[a][i]] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

// Reads the bytes at some positions as one number per value; false when a byte fits no digit.
bool count_up(Strings values, const Pattern& pattern, std::span<const std::uint16_t> positions,
              std::span<const Digits> digits, std::span<std::int64_t> numbers) {
  struct Place {
    std::size_t position;
    std::int64_t radix;
    const std::uint8_t* digits;
  };
  std::vector<Place> places;
  for (const std::uint16_t p : positions)
    places.push_back({p, pattern.radix(p), digits[pattern.at[p]].data()});
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto* text = reinterpret_cast<const std::uint8_t*>(values[i].data());
    std::int64_t number = 0;
    for (const Place& place : places) {
      const std::uint8_t digit = place.digits[text[place.position]];
      seen |= digit;
      number = number * place.radix + digit;
    }
    numbers[i] = number;
  }
  return (seen & kMisfit) == 0;
}

// Says whether every value has the bytes that the pattern keeps constant.
bool constants_hold(Strings values, const Pattern& pattern) {
  std::vector<std::size_t> constant;
  for (std::size_t p = 0; p < pattern.length(); ++p)
    if (pattern.radix(p) == 1) constant.push_back(p);
  int differ = 0;
  for (const std::string_view value : values)
    for (const std::size_t p : constant) differ |= value[p] ^ values[0][p];
  return differ == 0;
}

// Takes one digit, or two neighbours at once, off the low end of a number.
struct Step {
  std::uint64_t inverse;  // ceil(2^64 / radix)
  std::uint64_t radix;
  std::size_t position;
  std::size_t bytes;  // 1 or 2
  std::size_t table;  // which spelling
};

// The spelling of each digit: its one or two bytes, two per digit.
using Spelling = std::vector<std::array<char, 2>>;

struct Plan {
  std::vector<Spelling> spellings;
  std::vector<std::pair<std::pair<unsigned, unsigned>, std::size_t>>
      known;  // alphabets -> spelling
};

constexpr unsigned kNoAlphabet = 256;

std::size_t spelling_of(unsigned first, unsigned second, const Pattern& pattern, Plan& plan) {
  for (const auto& [alphabets, table] : plan.known)
    if (alphabets == std::pair(first, second)) return table;
  Spelling spelling;
  for (const std::uint8_t high : pattern.alphabets[first]) {
    if (second == kNoAlphabet)
      spelling.push_back({static_cast<char>(high), 0});
    else
      for (const std::uint8_t low : pattern.alphabets[second])
        spelling.push_back({static_cast<char>(high), static_cast<char>(low)});
  }
  plan.spellings.push_back(std::move(spelling));
  plan.known.push_back({{first, second}, plan.spellings.size() - 1});
  return plan.spellings.size() - 1;
}

// From the last position to the first; neighbours go together when their spelling stays small.
std::vector<Step> steps_of(const Pattern::Group& group, const Pattern& pattern, Plan& plan) {
  constexpr std::uint64_t kMostSpelled = 4096;
  std::vector<Step> steps;
  for (std::size_t i = group.positions.size(); i > 0;) {
    std::size_t position = group.positions[--i];
    const unsigned last = pattern.at[position];
    unsigned before = kNoAlphabet;
    std::uint64_t radix = pattern.radix(position);
    if (i > 0 && group.positions[i - 1] + 1u == position &&
        radix * pattern.radix(position - 1) <= kMostSpelled) {
      position = group.positions[--i];
      before = pattern.at[position];
      radix *= pattern.radix(position);
    }
    const bool pair = before != kNoAlphabet;
    const std::size_t table = pair ? spelling_of(before, last, pattern, plan)
                                   : spelling_of(last, kNoAlphabet, pattern, plan);
    const auto inverse = static_cast<std::uint64_t>(((Wide{1} << 64) + radix - 1) / radix);
    steps.push_back({inverse, radix, position, pair ? 2u : 1u, table});
  }
  return steps;
}

// Spells numbers whose radixes are powers of two: their digits stand in bits of their own, so that
// none waits for the quotient of another. Twice as fast on base32 ids.
bool spell_bits(std::span<const std::int64_t> numbers, std::span<const Step> steps,
                const Plan& plan, std::size_t length, char* rows) {
  struct Field {
    unsigned shift;
    std::uint64_t mask;
    std::size_t position;
    const std::array<char, 2>* spelling;
  };
  std::vector<Field> single, pairs;
  unsigned shift = 0;
  for (const Step& step : steps) {
    (step.bytes == 2 ? pairs : single)
        .push_back({shift, step.radix - 1, step.position, plan.spellings[step.table].data()});
    shift += static_cast<unsigned>(std::countr_zero(step.radix));
  }
  std::uint64_t excess = 0;
  for (const std::int64_t signed_number : numbers) {
    const auto number = static_cast<std::uint64_t>(signed_number);
    excess |= number >> shift;
    for (const Field& field : pairs)
      std::memcpy(rows + field.position, &field.spelling[number >> field.shift & field.mask], 2);
    for (const Field& field : single)
      rows[field.position] = field.spelling[number >> field.shift & field.mask][0];
    rows += length;
  }
  return excess == 0;
}

// Spells each number into its row. Returns false when a number is out of the group's range.
bool spell(std::span<const std::int64_t> numbers, std::span<const Step> steps, const Plan& plan,
           std::size_t length, char* rows) {
  if (std::all_of(steps.begin(), steps.end(),
                  [](const Step& step) { return std::has_single_bit(step.radix); }))
    return spell_bits(numbers, steps, plan, length, rows);
  constexpr std::uint64_t kRange = std::uint64_t{1} << kGroupBits;
  std::uint64_t excess = 0;
  for (const std::int64_t number : numbers) {
    std::uint64_t left = static_cast<std::uint64_t>(number);
    excess |= left / kRange;
    left %= kRange;
    for (const Step& step : steps) {
      const auto quotient = static_cast<std::uint64_t>((Wide{left} * step.inverse) >> 64);
      const auto& bytes = plan.spellings[step.table][left - quotient * step.radix];
      rows[step.position] = bytes[0];
      if (step.bytes == 2) rows[step.position + 1] = bytes[1];
      left = quotient;
    }
    excess |= left;
    rows += length;
  }
  return excess == 0;
}

}  // namespace

bool encode_members(Strings values, const Pattern& pattern, Bytes& out) {
  const auto too_rich = [](const auto& alphabet) { return alphabet.size() > kMisfit; };
  if (std::any_of(pattern.alphabets.begin(), pattern.alphabets.end(), too_rich)) return false;
  if (!constants_hold(values, pattern)) return false;
  ByteWriter writer(out);
  pattern.write(writer);
  const std::vector<Digits> digits = digits_of(pattern);
  std::vector<std::int64_t> numbers(values.size());
  for (const Pattern::Group& group : pattern.groups()) {
    if (!count_up(values, pattern, group.positions, digits, numbers)) return false;
    encode_nested<std::int64_t>(numbers, 0, out);
  }
  return true;
}

namespace {

// Reads `count` strings; `numbers_of` reads the numbers of a group for them.
template <typename NumbersOf>
std::vector<char> read_members(ByteReader& in, std::size_t count, const Pattern& pattern,
                               const NumbersOf& numbers_of) {
  std::vector<char> rows(count * pattern.length());
  std::vector<char> blank;
  for (const std::uint8_t alphabet : pattern.at)
    blank.push_back(static_cast<char>(pattern.alphabets[alphabet][0]));
  for (auto row = rows.begin(); row != rows.end(); row += static_cast<std::ptrdiff_t>(blank.size()))
    std::copy(blank.begin(), blank.end(), row);
  std::vector<std::int64_t> numbers(count);
  Plan plan;
  for (const Pattern::Group& group : pattern.groups()) {
    numbers_of(numbers);
    if (!spell(numbers, steps_of(group, pattern, plan), plan, pattern.length(), rows.data()))
      in.fail("a string is out of its pattern");
  }
  return rows;
}

}  // namespace

std::vector<char> decode_members(ByteReader& in, std::size_t count) {
  return read_members(
      in, count, StoredPattern::read(in).unfold(),
      [&](std::span<std::int64_t> numbers) { decode_nested<std::int64_t>(in, numbers, 0); });
}

namespace {

// Spells each number at some positions of its row, digit by digit, without tables. Returns false
// when a number is out of the group's range.
bool spell_digits(std::span<const std::int64_t> numbers, std::span<const std::uint8_t> positions,
                  const StoredPattern& pattern, char* rows) {
  std::uint64_t excess = 0;
  for (const std::int64_t number : numbers) {
    auto left = static_cast<std::uint64_t>(number);
    for (std::size_t i = positions.size(); i-- > 0;) {
      const ByteSpan alphabet = pattern.alphabet(positions[i]);
      const std::uint64_t radix = alphabet.size();
      const bool by_bits = std::has_single_bit(radix);
      const std::uint64_t quotient = by_bits ? left >> std::countr_zero(radix) : left / radix;
      rows[positions[i]] = static_cast<char>(alphabet[left - quotient * radix]);
      left = quotient;
    }
    excess |= left;
    rows += pattern.at.size();
  }
  return excess == 0;
}

// Reads few strings.
std::vector<char> pick_few_members(ByteReader& in, std::size_t count, Places at,
                                   const StoredPattern& pattern) {
  const std::size_t length = pattern.at.size();
  std::vector<char> rows(at.size() * length);
  Scratch<std::int64_t> numbers(at.size());
  std::array<std::uint8_t, kMostPatternLength> group;
  std::size_t size = 0;  // of the group
  const auto spell_group = [&] {
    if (size == 0) return;
    pick_nested<std::int64_t>(in, count, at, numbers, 0);
    if (!spell_digits(numbers, std::span(group).first(size), pattern, rows.data()))
      in.fail("a string is out of its pattern");
    size = 0;
  };
  GroupBounds bounds;
  for (std::size_t position = 0; position < length; ++position) {
    const ByteSpan alphabet = pattern.alphabet(position);
    if (alphabet.size() == 1) {
      for (std::size_t row = 0; row < at.size(); ++row)
        rows[row * length + position] = static_cast<char>(alphabet[0]);
      continue;
    }
    if (bounds.begins(alphabet.size())) spell_group();
    group[size++] = static_cast<std::uint8_t>(position);
  }
  spell_group();
  return rows;
}

}  // namespace

std::vector<char> pick_members(ByteReader& in, std::size_t count, Places at) {
  constexpr std::size_t kFew = 64;  // strings, up to which tables of spellings cost more
  const StoredPattern pattern = StoredPattern::read(in);
  if (at.size() <= kFew) return pick_few_members(in, count, at, pattern);
  return read_members(in, at.size(), pattern.unfold(), [&](std::span<std::int64_t> numbers) {
    pick_nested<std::int64_t>(in, count, at, numbers, 0);
  });
}

}  // namespace arbors::codec
