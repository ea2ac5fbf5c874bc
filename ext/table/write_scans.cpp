#include "ext/table/write_scans.h"

#include <algorithm>

namespace arbors::ext {
namespace {

std::size_t statements_writing(sqlite3* db) {
  std::size_t count = 0;
  for (sqlite3_stmt* each = sqlite3_next_stmt(db, nullptr); each != nullptr;
       each = sqlite3_next_stmt(db, each))
    count += sqlite3_stmt_busy(each) != 0 && sqlite3_stmt_readonly(each) == 0 ? 1 : 0;
  return count;
}

}  // namespace

WriteScanPtr WriteScans::opened(sqlite3* db, const char* schema) {
  if (!expects_generations_) return nullptr;
  if (sqlite3_txn_state(db, schema) != SQLITE_TXN_WRITE) return nullptr;
  const std::size_t depth = statements_writing(db);
  targets_.resize(depth);
  if (depth == 0 || (targets_.back() != nullptr && !targets_.back()->ended)) return nullptr;
  targets_.back() = std::make_shared<WriteScan>();
  return targets_.back();
}

bool WriteScans::deletes_old_generation(sqlite3* db) const {
  const auto is_old = [](const WriteScanPtr& scan) {
    return scan != nullptr && scan->ended && scan->old_generation;
  };
  if (std::ranges::none_of(targets_, is_old)) return false;
  const std::size_t depth = statements_writing(db);
  return depth == targets_.size() && depth > 0 && is_old(targets_.back());
}

}  // namespace arbors::ext
