// What arbor_list and arbor_schema say: totals over the current generation.
#include <algorithm>
#include <map>
#include <set>

#include "engine/batch/memory_batch.h"
#include "sql/state/statistics_merge.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

Totals Store::Impl::totals() {
  refresh();
  Totals totals;
  totals.trees = mirror_->trees();
  totals.generation = generation_;
  totals.columns = columns_->columns().size();
  std::set<exec::BatchId> batches;
  for (const SegmentVersion& segment : mirror_->segments()) batches.insert(segment.run.batch);
  totals.batches = batches.size();
  for (const std::string_view part : shadow_parts()) totals.bytes += stored_bytes(part);
  return totals;
}

// Sums the payload of a table's rows; lengths are read from their headers, not from the payload.
std::uint64_t Store::Impl::stored_bytes(std::string_view part) {
  std::string sum;
  if (part == "chunk") sum = "length(stats) + length(data) + 16";
  if (part == "segment") sum = "80 + ifnull(length(rowids), 0) + ifnull(length(live), 0)";
  if (part == "pending") sum = "16 + ifnull(length(CAST(tree AS BLOB)), 0)";
  if (part == "path") sum = "12 + length(key)";
  if (part == "meta") sum = "length(key) + length(value)";
  Statement statement(connection_->db, "SELECT total(" + sum + ") FROM " + names_(part));
  Statement::Use use(statement);
  return use.step() ? static_cast<std::uint64_t>(use.integer(0)) : 0;
}

std::vector<PathTotals> Store::Impl::path_totals() {
  const auto current = snapshot();
  std::vector<StatisticsMerge> merges(paths_->size());
  std::vector<std::uint64_t> bytes(paths_->size());
  std::set<exec::BatchId> seen;
  for (const exec::Segment& segment : current->segments()) {
    if (!seen.insert(segment.batch).second) continue;
    const auto stored = current->stored_batch(segment.batch);
    const bool measured = stored && (*stored == segment.batch || seen.insert(*stored).second);
    const auto reader = current->open_batch(segment.batch);
    for (PathId path = 0; path < paths_->size(); ++path) {
      const batch::Statistics* statistics = reader->statistics(path);
      if (statistics == nullptr) continue;
      merges[path].add(*statistics);
      if (measured) bytes[path] += chunks_->bytes(path, *stored);
    }
  }
  std::vector<PathTotals> totals;
  for (PathId path = 0; path < paths_->size(); ++path) {
    if (merges[path].empty()) continue;
    PathTotals total;
    total.path = path;
    total.statistics = merges[path].total();
    for (unsigned tag = 1; tag < batch::kTags; ++tag) total.count += total.statistics.counts[tag];
    total.nulls = total.statistics.count(batch::Tag::Null);
    total.bytes = bytes[path];
    totals.push_back(std::move(total));
  }
  return totals;
}

}  // namespace arbors::store
