// What SQLite itself reports, with its exact result code, so that a caller sees SQLITE_BUSY,
// SQLITE_FULL or SQLITE_IOERR_READ as from an ordinary table, and SQLite rolls back as it does
// there.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "sql/access/sqlite.h"

namespace arbors::store {

class SqliteError : public Error {
 public:
  SqliteError(int result, const std::string& sentence);
  int result() const noexcept { return result_; }

 private:
  int result_;
};

// Throws for a result code that is not OK: std::bad_alloc, Error{Corrupt} or SqliteError.
// `doing` says what was attempted, where SQLite's own sentence may not.
[[noreturn]] void throw_sqlite(sqlite3* db, int result, std::string_view doing = {});

}  // namespace arbors::store
