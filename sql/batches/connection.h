// What all Arbors of one SQLite connection share: the handle, the counters, the configuration and
// the cache of decoded columns. Owned by a shared_ptr: stores and snapshots keep it alive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/base/counters.h"
#include "sql/access/sqlite.h"
#include "sql/batches/batch_holders.h"
#include "sql/batches/column_cache.h"

namespace arbors::store {

struct Connection {
  explicit Connection(sqlite3* handle) : db(handle) {}

  sqlite3* const db;
  Counters counters;
  ColumnCache cache;  // bounded by arbor_config('cache_bytes')
  Pins pins;
  unsigned threads = 0;  // workers of an import; 0: as many as there are cores
  std::uint64_t max_window_bytes = 2ULL << 30;  // of zstd, when files are read
};
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace arbors::store
