#include "sql/access/write_lock.h"

#include "sql/access/statement.h"

namespace arbors::store {

// A statement takes the lock before it finds out that its table is gone or another one, or that the
// host's authorizer will not have it prepared again: then the lock is held all the same.
void lock_for_writing(sqlite3* db, const std::string& schema, const std::string& table) {
  const auto holds = [&] { return sqlite3_txn_state(db, schema.c_str()) == SQLITE_TXN_WRITE; };
  if (holds()) return;
  // Neither changes anything: the second would free a page of a database with auto_vacuum.
  const std::string sql =
      table.empty() ? "PRAGMA " + quoted_name(schema) + ".incremental_vacuum(1)"
                    : "DELETE FROM " + quoted_name(schema) + '.' + quoted_name(table) + " WHERE 0";
  const int result = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  if (holds() || result == SQLITE_OK || result == SQLITE_AUTH) return;
  throw_sqlite(db, result);
}

bool knows_table(sqlite3* db, const std::string& schema, const std::string& table) {
  return sqlite3_table_column_metadata(db, schema.c_str(), table.c_str(), nullptr, nullptr, nullptr,
                                       nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace arbors::store
