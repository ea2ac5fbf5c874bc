// What a run of a plan may use and must obey: counters to bump, budgets to keep, a way to be told
// to stop. Owned by the caller; outlives the run.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/counters.h"

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
  std::function<bool()> interrupted;  // asked between batches; true stops the run

  // Throws Error{Interrupted} where the caller asked to stop.
  void check_interrupt() const;
};

}  // namespace arbors::exec
