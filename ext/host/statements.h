// Small SQL for the extension's own needs: one-off statements on the host connection, finalized at
// once: one left open would keep the connection from closing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sql/access/sqlite.h"

namespace arbors::ext {

// Keeps last_insert_rowid() from telling of rows that the store inserts into its own tables.
class InsertRowidKept {
 public:
  explicit InsertRowidKept(sqlite3* db) : db_(db), rowid_(sqlite3_last_insert_rowid(db)) {}
  InsertRowidKept(const InsertRowidKept&) = delete;
  InsertRowidKept& operator=(const InsertRowidKept&) = delete;
  ~InsertRowidKept() { sqlite3_set_last_insert_rowid(db_, rowid_); }

 private:
  sqlite3* db_;
  sqlite3_int64 rowid_;
};

// Runs a statement without results. Throws Error with SQLite's message.
void execute(sqlite3* db, const std::string& sql);

// Runs a query with text parameters and shows each row.
void for_each_row(sqlite3* db, const std::string& sql, const std::vector<std::string>& parameters,
                  const std::function<void(sqlite3_stmt*)>& row);

std::string column_text(sqlite3_stmt* row, int column);

}  // namespace arbors::ext
