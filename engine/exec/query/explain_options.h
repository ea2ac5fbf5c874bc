// What arbor_explain_analyze is told beside the plan: which sections to write, and where to stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::exec {

struct RunBounds {
  std::optional<std::uint64_t> max_trees;
  std::optional<std::chrono::milliseconds> time_budget;
};

// Cuts a list at its commas, blanks left out.
std::vector<std::string_view> words_in(std::string_view list);

// Reads `max_trees=N`, `time_budget_ms=N` and names of sections, separated by commas, or the same
// as {"max_trees": N, "time_budget_ms": N, "sections": "…"}; `sections` receives the names. Throws
// Error{Invalid} for an unknown option or a bad value.
RunBounds parse_run_bounds(std::string_view options, std::string& sections);

}  // namespace arbors::exec
