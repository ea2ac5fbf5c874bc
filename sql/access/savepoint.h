// A savepoint that is rolled back unless it is kept: makes several writes one change, whatever
// fails. What cannot be undone alone, since memory is out or an interrupt is pending, goes with the
// whole transaction, as SQLite does it for a statement of its own that fails so.
#pragma once

#include <memory>
#include <string>

#include "sql/access/sqlite.h"

namespace arbors::store {

class Savepoint {
 public:
  // A savepoint keeps a statement under way that makes sure of undoing, but lets no table be
  // dropped meanwhile. Tables: does without.
  enum class Drops { Nothing, Tables };

  // Throws Error{Invalid} inside a statement that writes: SQLite opens no savepoint then, and
  // without one a failure could not be undone.
  Savepoint(sqlite3* db, const std::string& name, Drops drops = Drops::Nothing);
  // Rolls back what was not kept.
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
  void begin();
  void roll_back();
  bool undo();

  sqlite3* db_;
  std::string name_;
  bool outermost_;   // it begins a transaction
  Prepared reader_;  // under way, so that its end can roll back: see the destructor
  Prepared rollback_, release_;
  bool open_ = true;
};

}  // namespace arbors::store
