// What stands between the parentheses of CREATE VIRTUAL TABLE … USING arbor(…): declared columns,
// then options as key=value, in any order.
//
//   argument := column | option
//   column   := name [type words] [COLLATE name] [other constraints are refused]
//   option   := key=path | key=(path, …) | batch_trees=N | retain=N | retain_for='7 days' |
//   columns=declared|all
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"

namespace arbors::ext {

struct DeclaredColumn {
  std::string name;  // as SQL names it, without quotes
  std::string type;  // as declared; empty where none was
  Path path;         // the name read as a path, or as one key where it is no path
  Affinity affinity = Affinity::None;
  Collation collation = Collation::Binary;

  bool operator==(const DeclaredColumn&) const = default;
};

struct Declaration {
  std::vector<DeclaredColumn> columns;
  bool found_columns = true;           // columns=declared turns this off
  std::uint32_t batch_trees = 16'384;  // 1 to 16,384
  std::uint32_t retain = 8;            // generations kept for reading
  std::string key;                     // the paths of a unique key; empty: none
  std::string retain_for;              // an age, such as `7 days`; empty: none
};

// Parses the module arguments after the table's name. Throws Error{Invalid}.
Declaration parse_declaration(std::span<const char* const> arguments);

// Writes a name as a quoted SQL identifier.
std::string quote_identifier(std::string_view name);

std::string_view collation_name(Collation collation);

}  // namespace arbors::ext
