#include "engine/exec/sort/sorted_rows.h"

#include <algorithm>
#include <numeric>

namespace arbors::exec {
namespace {

constexpr unsigned kDigitBits = 11;  // of a pass whose counters stay in the nearest cache
constexpr std::size_t kFewRows = 256;

// Sorts rows by a number below `numbers` that each has, equal ones in their order: at first all
// rows below `count`, which stand nowhere yet.
template <typename NumberOf>
void sort_by_count(std::vector<std::uint32_t>& rows, std::size_t count, std::size_t numbers,
                   NumberOf number_of) {
  const auto for_each_row = [&](auto use) {
    if (rows.empty()) {
      for (std::uint32_t row = 0; row < count; ++row) use(row);
    } else {
      for (const std::uint32_t row : rows) use(row);
    }
  };
  std::vector<std::uint32_t> ends(numbers + 1, 0);
  for_each_row([&](std::uint32_t row) { ++ends[number_of(row) + 1]; });
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> sorted(count);
  for_each_row([&](std::uint32_t row) { sorted[ends[number_of(row)]++] = row; });
  rows.swap(sorted);
}

// Sorts rows by one key, equal ones in their order, in linear time: dense ranks are counted at
// once, others digit by digit, from the lowest.
template <typename Word>
void sort_by_key(std::vector<std::uint32_t>& rows, const std::vector<Word>& ranks) {
  const auto [low, high] = std::minmax_element(ranks.begin(), ranks.end());
  const std::uint64_t least = *low, span = *high - *low;
  if (span < std::max<std::uint64_t>(std::uint64_t{1} << kDigitBits, ranks.size()))
    return sort_by_count(
        rows, ranks.size(), static_cast<std::size_t>(span) + 1,
        [&](std::uint32_t row) { return static_cast<std::size_t>(ranks[row] - least); });
  constexpr std::uint64_t kDigits = std::uint64_t{1} << kDigitBits;
  for (unsigned shift = 0; shift < 64 && (span >> shift) != 0; shift += kDigitBits)
    sort_by_count(rows, ranks.size(), kDigits, [&](std::uint32_t row) {
      return static_cast<std::size_t>((ranks[row] - least) >> shift & (kDigits - 1));
    });
}

// Tells whether rows lie in order as they are, as those of a log do by time. Ends where they do
// not.
bool in_order(const std::vector<Ranks>& keys) {
  if (!keys.front().visit([](const auto& ranks) { return std::ranges::is_sorted(ranks); }))
    return false;
  if (keys.size() == 1) return true;
  for (std::size_t row = 1; row < keys.front().size(); ++row)
    for (const Ranks& ranks : keys) {
      const std::uint64_t before = ranks[row - 1], here = ranks[row];
      if (before > here) return false;
      if (before < here) break;
    }
  return true;
}

}  // namespace

std::vector<std::uint32_t> sorted_rows(const std::vector<Ranks>& keys) {
  std::vector<std::uint32_t> rows;
  const std::size_t count = keys.empty() ? 0 : keys.front().size();
  if (count <= kFewRows) {
    rows.resize(count);
    std::iota(rows.begin(), rows.end(), 0U);
    std::sort(rows.begin(), rows.end(), [&](std::uint32_t left, std::uint32_t right) {
      for (const Ranks& ranks : keys)
        if (ranks[left] != ranks[right]) return ranks[left] < ranks[right];
      return left < right;
    });
    return rows;
  }
  if (in_order(keys)) {
    rows.resize(count);
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
  }
  for (std::size_t key = keys.size(); key-- > 0;)
    keys[key].visit([&](const auto& ranks) { sort_by_key(rows, ranks); });
  return rows;
}

}  // namespace arbors::exec
