// The counters of arbor_stats(): one table of names, one struct of atomics (workers add too).
// A counter states a fact about work done, so that tests can assert cost without a clock.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

namespace arbors {

struct Counters {
  std::atomic<std::uint64_t> batches_decoded{0};  // batches of which at least one pool was decoded
  std::atomic<std::uint64_t> pools_decoded{0};    // typed streams decoded (cache hits not counted)
  std::atomic<std::uint64_t> pools_skipped{0};    // pools of touched batches that were not needed
  std::atomic<std::uint64_t> batches_pruned{0};   // ruled out by statistics
  std::atomic<std::uint64_t> early_exit_batches_skipped{
      0};                                           // not visited since the answer was settled
  std::atomic<std::uint64_t> materialize_calls{0};  // trees rebuilt as text
  std::atomic<std::uint64_t> bytes_read{0};         // stored payload bytes read
  std::atomic<std::uint64_t> cache_hits{0};         // columns found decoded
  std::atomic<std::uint64_t> rows_decoded{0};  // of columns: all of a column's, or those picked
};

struct CounterName {
  std::string_view name;
  std::atomic<std::uint64_t> Counters::*counter;
};
std::span<const CounterName> counter_names();

}  // namespace arbors
