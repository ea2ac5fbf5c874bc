#include "ext/functions/sql_help.h"

#include <algorithm>
#include <set>

#include "engine/base/error.h"
#include "tests/unit/catch.h"
#include "tests/unit/ext/connection.h"

namespace arbors::ext {
namespace {

std::string names_in(std::span<const HelpEntry> entries) {
  std::set<std::string_view> names;
  for (const HelpEntry& entry : entries) names.insert(entry.name);
  std::string lines;
  for (const std::string_view name : names) lines.append(name).append("\n");
  return lines;
}

TEST_CASE("every registered function and table has its help, and nothing else has", "[ext][help]") {
  const TestConnection database;
  CHECK(database.ask("SELECT DISTINCT name FROM pragma_function_list WHERE name GLOB 'arbor_*' "
                     "ORDER BY 1") == names_in(function_help()));
  CHECK(database.ask("SELECT name FROM pragma_module_list WHERE name GLOB 'arbor*' ORDER BY 1") ==
        names_in(table_help()));
}

TEST_CASE("help on a function or table shows how it is called", "[ext][help]") {
  const auto [topic, text] = GENERATE(table<std::string, std::string>({
      {"arbor_import", "arbor_import(name, file [, options])"},
      {"ARBOR_HISTORY", "for example: SELECT generation, time, tag FROM arbor_history('players')"},
      {"arbor", "CREATE VIRTUAL TABLE name USING arbor("},
      {"functions", "arbor_tag(name, tag [, when])"},
      {"functions", "list_contains(list, value)"},
      {"tables", "arbor_diff(name, from [, to])"},
      {"filter", "for example: filter"},
      {"", "arbor_restore(name, when)"},
      {"", "plan := source"},
  }));
  CHECK_THAT(sql_help(topic), ContainsSubstring(text));
}

TEST_CASE("help on nothing known names what is near", "[ext][help]") {
  CHECK_THROWS_WITH(sql_help("arbor_histroy"),
                    "no help on arbor_histroy (did you mean arbor_history?)");
  CHECK_THROWS_WITH(sql_help("filtr"), ContainsSubstring("did you mean filter?"));
}

}  // namespace
}  // namespace arbors::ext
