#include "sql/access/data_version.h"

namespace arbors::store {

std::optional<unsigned> data_version(sqlite3* db, const std::string& schema) {
  if (sqlite3_txn_state(db, schema.c_str()) != SQLITE_TXN_READ) return std::nullopt;
  return commits_met(db, schema);
}

std::optional<unsigned> commits_met(sqlite3* db, const std::string& schema) {
  unsigned version = 0;
  const int result = sqlite3_file_control(db, schema.c_str(), SQLITE_FCNTL_DATA_VERSION, &version);
  return result == SQLITE_OK ? std::optional(version) : std::nullopt;
}

}  // namespace arbors::store
