#include "engine/plan/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace arbors::plan {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Counts insertions, deletions and replacements (Levenshtein's distance), row by row.
std::size_t edits(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(from[i - 1]) == lower(to[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view word, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongestWord = 64;  // a longer word is no slip of the finger
  std::string_view best;
  if (word.size() > kLongestWord) return best;
  std::size_t fewest = word.size() / 3 + 2;  // more edits make another word
  for (const std::string_view name : names) {
    const std::size_t count = edits(word, name);
    if (count >= fewest) continue;
    fewest = count;
    best = name;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& names) {
  const std::string_view nearest = nearest_name(word, names);
  return nearest.empty() ? "" : " (did you mean " + std::string(nearest) + "?)";
}

}  // namespace arbors::plan
