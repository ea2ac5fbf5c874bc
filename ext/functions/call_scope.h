// What a SQL function's call is to the databases, by its row in the table of functions: a reading
// of one committed state, or one change that is undone unless it is done.
#pragma once

#include <optional>
#include <span>

#include "ext/functions/functions.h"
#include "ext/session/arbor_name.h"
#include "sql/access/read_scope.h"
#include "sql/access/savepoint.h"

namespace arbors::ext {

class CallScope {
 public:
  // Throws SQLite's error where the write lock cannot be had.
  CallScope(Session& session, Access access, std::span<sqlite3_value*> arguments);
  // Keeps what was written.
  void done();

 private:
  std::optional<store::ReadScope> read_;
  std::optional<HeldNames> names_;
  std::optional<store::Savepoint> change_;
};

}  // namespace arbors::ext
