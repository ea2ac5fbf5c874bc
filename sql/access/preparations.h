// Counts how often SQLite has had to prepare statements anew: since the application set an
// authorizer, which is asked when statements are prepared, or defined a function or collation.
#pragma once

#include <cstdint>

#include "sql/access/statement.h"

namespace arbors::store {

class Preparations {
 public:
  explicit Preparations(sqlite3* db) : sentinel_(db, "SELECT 1") {}

  std::uint64_t count();  // greater than last time where that has happened since, or may have
  void finalize() { sentinel_.finalize(); }

 private:
  Statement sentinel_;
  std::uint64_t count_ = 0;
};

}  // namespace arbors::store
