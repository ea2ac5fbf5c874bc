// The ordinary table that an import writes what it rejected to: file, line, byte, reason, text.
#pragma once

#include <optional>
#include <string>

#include "engine/json/input/slice.h"
#include "sql/access/statement.h"

namespace arbors::store {

class RejectTable {
 public:
  // Makes the table where it is absent. `name` may begin with a schema and a dot; empty: no table.
  RejectTable(sqlite3* db, const std::string& name);

  void add(const std::string& file, const json::SplitFault& fault);

 private:
  std::optional<Statement> insert_;
};

}  // namespace arbors::store
