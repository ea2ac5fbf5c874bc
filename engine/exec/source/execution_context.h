// What a run of a plan may use and must obey: counters to bump, budgets to keep. Owned by the
// caller; outlives the run. What tells it to stop is the thread's interrupt.
#pragma once

#include <cstdint>

#include "engine/base/counters.h"
#include "engine/base/interrupt.h"

namespace arbors::exec {

struct Budgets {
  std::uint64_t max_buffer_trees = 262'144;     // rows of one ordered window
  std::uint64_t max_group_keys = 250'000;       // groups of one aggregation
  std::uint64_t max_index_entries = 2'500'000;  // entries of one index_by or hash look-up
  std::uint64_t max_tree_bytes = 256U << 20;    // JSON text of one tree that gathers others
  unsigned threads = 1;                         // workers, the caller included
  std::uint64_t parallel_trees = 100'000;       // fewer trees are not worth a second thread
};

struct ExecutionContext {
  Counters* counters = nullptr;
  Budgets budgets;
  bool strict_paths = false;  // a path that no tree has is an error

  // Asks at once whether to stop; see poll_interrupt().
  static void check_interrupt() { poll_interrupt(); }
};

}  // namespace arbors::exec
