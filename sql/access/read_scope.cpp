#include "sql/access/read_scope.h"

#include "sql/access/sqlite_error.h"

namespace arbors::store {

ReadScope::ReadScope(sqlite3* db) {
  if (sqlite3_get_autocommit(db) == 0 || sqlite3_txn_state(db, nullptr) != SQLITE_TXN_NONE) return;
  constexpr const char* kReads = "SELECT EXISTS (SELECT 1 FROM temp.sqlite_master)";
  sqlite3_stmt* reader = nullptr;
  const int prepared = sqlite3_prepare_v2(db, kReads, -1, &reader, nullptr);
  reader_.reset(reader);
  if (prepared == SQLITE_AUTH) return;  // the host lets nobody read it
  if (prepared != SQLITE_OK) throw_sqlite(db, prepared);
  if (const int result = sqlite3_step(reader); result != SQLITE_ROW) throw_sqlite(db, result);
}

}  // namespace arbors::store
