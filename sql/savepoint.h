// A savepoint that is rolled back unless it is kept: makes several writes one change. Its
// statements are prepared beforehand, so that undoing works when memory is out.
#pragma once

#include <memory>
#include <string>

#include "sql/sqlite.h"

namespace arbors::store {

class Savepoint {
 public:
  // Throws Error{Invalid} inside a statement that writes: SQLite opens no savepoint then, and
  // without one a failure could not be undone.
  Savepoint(sqlite3* db, const std::string& name);
  // Rolls back what was not kept. After an interrupt no statement runs any more, so the whole
  // transaction goes, as SQLite does it for any interrupted write.
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  void keep();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;
  Prepared prepare(const std::string& sql) const;

  sqlite3* db_;
  Prepared rollback_, release_;
  bool open_ = true;
};

}  // namespace arbors::store
