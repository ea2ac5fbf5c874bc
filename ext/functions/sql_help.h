// What arbor_help() says of the extension's own SQL functions and tables; the language of plans has
// its help in engine/plan/help.h.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace arbors::ext {

struct HelpEntry {
  std::string_view name;
  std::string_view syntax;
  std::string_view help;
  std::string_view example;  // SQL
};

std::span<const HelpEntry> function_help();  // every registered function
std::span<const HelpEntry> table_help();     // every module

// arbor_help(topic): the whole, a function, a table, `functions`, `tables`, or a topic of plans.
// Throws Error{NotFound} for a topic that there is none of, suggesting the nearest.
std::string sql_help(std::string_view topic);

}  // namespace arbors::ext
