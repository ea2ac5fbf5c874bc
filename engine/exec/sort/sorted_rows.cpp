#include "engine/exec/sort/sorted_rows.h"

#include <algorithm>
#include <numeric>

namespace arbors::exec {
namespace {

constexpr unsigned kDigitBits = 11;  // of a pass whose counters stay in the nearest cache
constexpr std::size_t kFewRows = 256;

// Sorts rows by a number below `numbers` that each has, equal ones in their order.
template <typename NumberOf>
void sort_by_count(std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& room,
                   std::size_t numbers, NumberOf number_of) {
  std::vector<std::uint32_t> ends(numbers + 1, 0);
  for (const std::uint32_t row : rows) ++ends[number_of(row) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  room.resize(rows.size());
  for (const std::uint32_t row : rows) room[ends[number_of(row)]++] = row;
  rows.swap(room);
}

// Sorts rows by one key, equal ones in their order, in linear time: dense ranks are counted at
// once, others digit by digit, from the lowest.
void sort_by_key(std::vector<std::uint32_t>& rows, std::vector<std::uint32_t>& room,
                 const std::vector<std::uint64_t>& ranks) {
  const auto [low, high] = std::minmax_element(ranks.begin(), ranks.end());
  const std::uint64_t least = *low, span = *high - *low;
  if (span < std::max<std::uint64_t>(std::uint64_t{1} << kDigitBits, ranks.size()))
    return sort_by_count(rows, room, static_cast<std::size_t>(span) + 1, [&](std::uint32_t row) {
      return static_cast<std::size_t>(ranks[row] - least);
    });
  constexpr std::uint64_t kDigits = std::uint64_t{1} << kDigitBits;
  for (unsigned shift = 0; shift < 64 && (span >> shift) != 0; shift += kDigitBits)
    sort_by_count(rows, room, kDigits, [&](std::uint32_t row) {
      return static_cast<std::size_t>((ranks[row] - least) >> shift & (kDigits - 1));
    });
}

}  // namespace

std::vector<std::uint32_t> sorted_rows(const std::vector<std::vector<std::uint64_t>>& keys) {
  std::vector<std::uint32_t> rows(keys.empty() ? 0 : keys.front().size());
  std::iota(rows.begin(), rows.end(), 0U);
  if (rows.size() <= kFewRows) {
    std::sort(rows.begin(), rows.end(), [&](std::uint32_t left, std::uint32_t right) {
      for (const auto& ranks : keys)
        if (ranks[left] != ranks[right]) return ranks[left] < ranks[right];
      return left < right;
    });
    return rows;
  }
  std::vector<std::uint32_t> room;
  for (std::size_t key = keys.size(); key-- > 0;) sort_by_key(rows, room, keys[key]);
  return rows;
}

}  // namespace arbors::exec
