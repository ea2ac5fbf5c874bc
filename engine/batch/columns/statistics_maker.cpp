#include "engine/batch/columns/statistics_maker.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "engine/batch/columns/column_vector.h"
#include "engine/batch/columns/distinct_estimate.h"
#include "engine/batch/columns/string_filter.h"
#include "engine/codec/packing/kernel.h"

namespace arbors::batch {
namespace {

// In vectors, which std::minmax_element is not.
ARBORS_KERNEL void find_bounds(std::span<const std::int64_t> values, std::int64_t& least,
                               std::int64_t& greatest) {
  std::int64_t min = values[0], max = values[0];
  for (const std::int64_t value : values) {
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  least = min;
  greatest = max;
}

// In one word where no sum on the way can leave it.
ARBORS_KERNEL WideInteger sum_of(std::span<const std::int64_t> values, std::int64_t least,
                                 std::int64_t greatest) {
  constexpr std::int64_t kSmall = std::int64_t{1} << 31;
  if (least > -kSmall && greatest < kSmall && values.size() < kSmall) {
    std::int64_t sum = 0;
    for (const std::int64_t value : values) sum += value;
    return sum;
  }
  WideInteger sum = 0;
  for (const std::int64_t value : values) sum += value;
  return sum;
}

void study_integers(const ColumnBuffer& buffer, Statistics& statistics) {
  const auto& values = buffer.integers;
  if (values.empty()) return;
  find_bounds(values, statistics.integer_min, statistics.integer_max);
  statistics.integer_sum = sum_of(values, statistics.integer_min, statistics.integer_max);
  statistics.distinct += estimate_distinct(values.size(), [&](std::size_t i) {
    return mix_bits(static_cast<std::uint64_t>(values[i]));
  });
}

void study_reals(const ColumnBuffer& buffer, Statistics& statistics) {
  const std::size_t reals = buffer.reals.size(), values = reals + buffer.big_numbers.size();
  if (values == 0) return;
  const auto value = [&](std::size_t i) {
    return i < reals ? buffer.reals[i] : nearest_real(buffer.big_numbers[i - reals]);
  };
  statistics.real_min = statistics.real_max = value(0);
  for (std::size_t i = 1; i < values; ++i) {
    const double other = value(i);
    statistics.real_min = std::min(statistics.real_min, other);
    statistics.real_max = std::max(statistics.real_max, other);
  }
  statistics.distinct += estimate_distinct(
      values, [&](std::size_t i) { return mix_bits(std::bit_cast<std::uint64_t>(value(i))); });
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// What numbers are written with.
enum Mark : std::uint8_t { kOther, kDigit, kPoint, kPower, kSign, kMarks };
constexpr std::array<Mark, 256> kMarkOf = [] {
  std::array<Mark, 256> marks{};
  for (unsigned char digit = '0'; digit <= '9'; ++digit) marks[digit] = kDigit;
  marks['.'] = kPoint;
  marks['e'] = marks['E'] = kPower;
  marks['-'] = marks['+'] = kSign;
  return marks;
}();
Mark mark_of(char c) { return kMarkOf[static_cast<unsigned char>(c)]; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Says whether a text may read as a number: of no other characters than numbers have, beginning and
// ending as they do. Never says no wrongly.
bool may_be_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return false;
  const Mark first = mark_of(text.front()), last = mark_of(text.back());
  if (first == kOther || first == kPower || (last != kDigit && last != kPoint)) return false;
  std::array<unsigned, kMarks> found{};
  for (const char c : text) {
    ++found[mark_of(c)];
    if (found[kOther] != 0) return false;
  }
  // A sign behind a digit is an exponent's.
  return found[kPoint] <= 1 && found[kPower] <= 1 && found[kSign] <= 1 + found[kPower] &&
         (found[kSign] == 0 || found[kPower] == 1 || first != kDigit);
}

bool is_ascii(const std::vector<char>& heap) {
  unsigned char all = 0;
  for (const char byte : heap) all |= static_cast<unsigned char>(byte);
  return all < 0x80;
}

void set_bounds(std::string_view least, std::string_view greatest, Statistics& statistics) {
  statistics.string_min = least.substr(0, kBoundBytes);
  statistics.string_max = greatest.substr(0, kBoundBytes);
  if (greatest.size() <= kBoundBytes) return;
  std::string& bound = statistics.string_max;
  while (!bound.empty() && bound.back() == '\xFF') bound.pop_back();
  statistics.string_max_open = bound.empty();
  if (!bound.empty())
    bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
}

// The first eight bytes as a number that orders as they do, shorter texts padded with zeros.
std::uint64_t order_key(std::string_view text) {
  std::uint64_t key = 0;
  if (text.size() >= sizeof key)
    std::memcpy(&key, text.data(), sizeof key);
  else
    for (std::size_t i = 0; i < text.size(); ++i)
      key |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return __builtin_bswap64(key);
}

// Finds the least and the greatest text; looks at whole texts only where eight bytes do not settle.
std::pair<std::string_view, std::string_view> bounds_of(const TextPool& pool) {
  std::string_view least = pool[0], greatest = pool[0];
  std::uint64_t least_key = order_key(least), greatest_key = least_key;
  for (std::size_t entry = 1; entry < pool.size(); ++entry) {
    const std::string_view text = pool[entry];
    const std::uint64_t key = order_key(text);
    if (key < least_key || (key == least_key && text < least)) {
      least = text;
      least_key = key;
    }
    if (key > greatest_key || (key == greatest_key && text > greatest)) {
      greatest = text;
      greatest_key = key;
    }
  }
  return {least, greatest};
}

bool any_number(const TextPool& pool) {
  for (std::size_t entry = 0; entry < pool.size(); ++entry)
    if (may_be_number(pool[entry])) return true;
  return false;
}

void study_strings(const ColumnBuffer& buffer, Statistics& statistics) {
  const TextPool& pool = buffer.strings.pool;
  if (buffer.strings.size() == 0) return;
  const auto [least, greatest] = bounds_of(pool);
  set_bounds(least, greatest, statistics);
  statistics.numeric_strings = any_number(pool);
  statistics.ascii_strings = is_ascii(pool.heap);
  const auto distinct = buffer.strings.dictionary
                            ? static_cast<std::uint32_t>(pool.size())
                            : estimate_distinct(pool.size(), [&](std::size_t i) {
                                return StringFilter::hash(pool[i]);
                              });
  statistics.distinct += distinct;
  if (distinct > 1 && distinct <= StringFilter::kMostDistinct &&
      distinct <= buffer.strings.size() / 2)
    statistics.string_filter = StringFilter::make(pool, distinct);
}

// Counts a tag's rows in bytes, so few at a time that these hold their number; and as many each
// time, without which compilers make no vectors of it.
ARBORS_KERNEL std::uint32_t count_tag(std::span<const std::uint8_t> tags, std::uint8_t tag) {
  constexpr std::size_t kAtOnce = 192;
  std::uint32_t total = 0;
  for (; tags.size() >= kAtOnce; tags = tags.subspan(kAtOnce)) {
    std::uint8_t some = 0;
    for (const std::uint8_t other : tags.first<kAtOnce>())
      some = static_cast<std::uint8_t>(some + (other == tag));
    total += some;
  }
  for (const std::uint8_t other : tags) total += other == tag ? 1 : 0;
  return total;
}

// Counts the rows of each tag; most columns have one tag, which comparing the tags with themselves
// one row on finds out fastest.
void count_tags(const std::vector<std::uint8_t>& tags, Statistics& statistics) {
  statistics.rows = static_cast<std::uint32_t>(tags.size());
  if (tags.empty()) return;
  if (std::memcmp(tags.data(), tags.data() + 1, tags.size() - 1) == 0) {
    statistics.counts[tags[0]] = statistics.rows;
    return;
  }
  std::uint32_t counted = 0;
  for (std::uint8_t tag = 0; tag < kTags && counted < statistics.rows; ++tag)
    counted += statistics.counts[tag] = count_tag(tags, tag);
}

}  // namespace

Statistics compute_statistics(const ColumnBuffer& buffer) {
  Statistics statistics;
  count_tags(buffer.tags, statistics);
  statistics.distinct = (statistics.count(Tag::False) != 0) + (statistics.count(Tag::True) != 0);
  study_integers(buffer, statistics);
  study_reals(buffer, statistics);
  study_strings(buffer, statistics);
  return statistics;
}

}  // namespace arbors::batch
