// Computes something of every block of a scan that has survivors, the results in the source's
// order. Workers share the work where that pays.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/exec/scan/parallel_scan.h"

namespace arbors::exec {

// `read` are the expressions that compute(block) evaluates; it may be called by any thread. Visits
// the segments `only`, where given.
template <typename Result, typename Compute>
std::vector<Result> compute_blocks(const ScanInput& input, std::span<const RowExpr* const> read,
                                   const ExecutionContext& context, Compute compute,
                                   std::optional<std::vector<std::uint32_t>> only = std::nullopt) {
  std::vector<Result> results;
  if (only && only->empty()) return results;
  Scan scan(input, context);
  if (only) scan.visit(*std::move(only));
  if (!parallel_scan_pays(input, context)) {
    ScannedRows block;
    while (scan.next(block)) results.push_back(compute(block));
    return results;
  }
  const unsigned workers = context.budgets.threads;
  using Placed = std::pair<std::uint32_t, Result>;
  std::vector<std::vector<Placed>> found(workers);
  parallel_scan(scan, paths_read(input, read), workers, [&](unsigned worker, ScannedRows& block) {
    const std::uint32_t segment = block.index;
    found[worker].emplace_back(segment, compute(block));
  });
  std::vector<Placed> all;
  for (auto& of_worker : found)
    all.insert(all.end(), std::make_move_iterator(of_worker.begin()),
               std::make_move_iterator(of_worker.end()));
  std::sort(all.begin(), all.end(),
            [](const Placed& left, const Placed& right) { return left.first < right.first; });
  results.reserve(all.size());
  for (Placed& placed : all) results.push_back(std::move(placed.second));
  return results;
}

// The same, but hands each result on, in the source's order, as soon as none before it can come:
// what is made smaller together is not held apart. take(result) is called by any thread, by one at
// a time.
template <typename Result, typename Compute, typename Take>
void take_blocks(const ScanInput& input, std::span<const RowExpr* const> read,
                 const ExecutionContext& context, Compute compute, Take take) {
  Scan scan(input, context);
  if (!parallel_scan_pays(input, context)) {
    ScannedRows block;
    while (scan.next(block)) take(compute(block));
    return;
  }
  const unsigned workers = context.budgets.threads;
  std::mutex mutex;
  std::map<std::uint32_t, Result> waiting;  // by segment
  // One past the last segment that each worker came to: its next one will not be before.
  std::vector<std::uint32_t> reached(workers, 0);
  const auto take_below = [&](std::uint32_t segment) {
    while (!waiting.empty() && waiting.begin()->first < segment)
      take(std::move(waiting.extract(waiting.begin()).mapped()));
  };
  parallel_scan(scan, paths_read(input, read), workers, [&](unsigned worker, ScannedRows& block) {
    const std::uint32_t segment = block.index;
    Result result = compute(block);
    const std::lock_guard lock(mutex);
    waiting.emplace(segment, std::move(result));
    reached[worker] = segment + 1;
    take_below(*std::min_element(reached.begin(), reached.end()));
  });
  take_below(UINT32_MAX);
}

}  // namespace arbors::exec
