// One committed state for everything that is read while this lives. A statement that reads no table
// holds no read transaction, and each statement that runs inside it (a SQL function's, a table's
// that connects) would see a state of its own. As long as any statement reads, SQLite ends no read
// transaction of the connection: so one reads the temporary database, which locks no file and makes
// nobody wait, and each database stays as it was first read.
#pragma once

#include <memory>

#include "sql/access/sqlite.h"

namespace arbors::store {

class ReadScope {
 public:
  // Does nothing where a transaction or a reading statement is under way, which holds on anyway.
  explicit ReadScope(sqlite3* db);
  ReadScope(const ReadScope&) = delete;
  ReadScope& operator=(const ReadScope&) = delete;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> reader_;
};

}  // namespace arbors::store
