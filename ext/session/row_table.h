// Table-valued functions that compute their rows at once: a declaration, arguments, and a function
// that gives the rows. For short listings; plans stream through their own module.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "ext/session/session.h"

namespace arbors::ext {

using TableRows = std::vector<std::vector<Value>>;

struct RowTable {
  const char* name;
  const char* columns;         // visible columns, as SQL declares them
  const char* arguments;       // hidden columns, comma-separated; empty for none
  std::size_t visible;         // how many visible columns there are
  std::size_t most_arguments;  // how many hidden ones; all of them must be given
  TableRows (*rows)(Session& session, std::span<const Value> arguments);
};

// `table` must outlive the connection (a static row of a table).
int register_row_table(const SessionPtr& session, const RowTable& table);

}  // namespace arbors::ext
