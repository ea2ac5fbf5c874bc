// Small SQL for the extension's own needs: one-off statements on the host connection, finalized at
// once: one left open would keep the connection from closing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sql/sqlite.h"

namespace arbors::ext {

// Runs a statement without results. Throws Error with SQLite's message.
void execute(sqlite3* db, const std::string& sql);

// Runs a query with text parameters and shows each row.
void for_each_row(sqlite3* db, const std::string& sql, const std::vector<std::string>& parameters,
                  const std::function<void(sqlite3_stmt*)>& row);

std::string column_text(sqlite3_stmt* row, int column);

}  // namespace arbors::ext
