#include "engine/expr/forms/function.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/value.h"

namespace arbors::expr {
namespace {

std::vector<Function> all_functions() {
  std::vector<Function> all;
  for (const auto part : {text_functions(), search_functions(), format_functions(),
                          number_functions(), math_functions(), condition_functions(),
                          list_functions(), time_functions(), date_functions(), json_functions()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Function& a, const Function& b) { return a.name < b.name; });
  return all;
}

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return folded;
}

// Counts the edits between two words, a swap of neighbours being one (Damerau, 1964).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::span<const Function> functions() {
  static const std::vector<Function> kAll = all_functions();
  return kAll;
}

const Function* find_function(std::string_view name) {
  const std::string wanted = lower(name);
  const auto all = functions();
  const auto at = std::lower_bound(
      all.begin(), all.end(), wanted,
      [](const Function& function, const std::string& key) { return function.name < key; });
  return at != all.end() && at->name == wanted ? &*at : nullptr;
}

std::string_view nearest_function(std::string_view name) {
  const std::string wanted = lower(name.substr(0, 40));
  std::string_view best;
  std::size_t fewest = std::max<std::size_t>(1, wanted.size() / 3) + 1;  // more make another word
  for (const Function& function : functions()) {
    const std::size_t count = edits(wanted, function.name);
    if (count < fewest) {
      fewest = count;
      best = function.name;
    }
  }
  return best;
}

}  // namespace arbors::expr
