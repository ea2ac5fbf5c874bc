#include "engine/base/counters.h"

#include <array>

namespace arbors {

std::span<const CounterName> counter_names() {
  static constexpr std::array<CounterName, 9> kNames{{
      {"batches_decoded", &Counters::batches_decoded},
      {"pools_decoded", &Counters::pools_decoded},
      {"pools_skipped", &Counters::pools_skipped},
      {"batches_pruned", &Counters::batches_pruned},
      {"early_exit_batches_skipped", &Counters::early_exit_batches_skipped},
      {"materialize_calls", &Counters::materialize_calls},
      {"bytes_read", &Counters::bytes_read},
      {"cache_hits", &Counters::cache_hits},
      {"rows_decoded", &Counters::rows_decoded},
  }};
  return kNames;
}

}  // namespace arbors
