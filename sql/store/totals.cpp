// What arbor_list and arbor_schema say: totals over the current generation.
#include <algorithm>
#include <map>
#include <set>

#include "sql/state/statistics_merge.h"
#include "sql/store/live_statistics.h"
#include "sql/store/store_impl.h"
#include "sql/store/text_extremes.h"

namespace arbors::store {

Totals Store::Impl::totals() {
  refresh();
  Totals totals;
  totals.trees = state_->trees();
  totals.generation = generation_;
  totals.columns = columns_->columns().size();
  std::set<exec::BatchId> batches;
  for (const SegmentVersion& segment : state_->segments()) batches.insert(segment.run.batch);
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

namespace {

using LiveRows = std::map<exec::BatchId, RowRuns>;

// The live rows of each batch, whichever segments they are in.
LiveRows live_rows(const Snapshot& snapshot) {
  LiveRows live;
  for (const exec::Segment& segment : snapshot.segments()) {
    RowRuns& rows = live[segment.batch];
    for (std::uint32_t row = 0; row < segment.rows; ++row) {
      if (segment.is_live(row)) add_run(rows, {segment.first_row + row, 1});
    }
  }
  for (auto& [batch, rows] : live) std::ranges::sort(rows, {}, &RowRun::first);
  return live;
}

// What is known of one path while the batches are gone through.
struct PathSum {
  StatisticsMerge merge;
  TextExtremes texts;
  std::uint64_t bytes = 0;
};

TextExtremes::Texts read_texts(Snapshot& snapshot, exec::BatchId batch, PathId path,
                               const RowRuns& live) {
  const auto reader = snapshot.open_batch(batch);
  LiveStatistics rows(*reader, live);
  const std::optional<batch::Statistics> known = rows.of(path);
  if (!known) return {};
  return {known->string_min, known->string_max};
}

PathTotals total_of(PathId path, const PathSum& sum) {
  PathTotals total;
  total.path = path;
  total.statistics = sum.merge.total();
  for (unsigned tag = 1; tag < batch::kTags; ++tag) total.count += total.statistics.counts[tag];
  total.nulls = total.statistics.count(batch::Tag::Null);
  total.bytes = sum.bytes;
  return total;
}

}  // namespace

// Statistics that tell of other rows too are counted anew; where all rows live they are not, so
// that little is read of an Arbor at rest.
std::vector<PathTotals> Store::Impl::path_totals() {
  const auto current = snapshot();
  const auto paths = static_cast<PathId>(current->paths().size());
  const LiveRows live = live_rows(*current);
  std::vector<PathSum> sums(paths);
  std::set<exec::BatchId> measured;
  for (const auto& [batch, rows] : live) {
    const auto reader = current->open_batch(batch);
    const auto stored = current->stored_batch(batch);
    const bool measure = stored && measured.insert(*stored).second;
    const bool all_live = rows_of(rows) == reader->trees();
    LiveStatistics alive(*reader, rows);
    for (PathId path = 0; path < paths; ++path) {
      const batch::Statistics* statistics = reader->statistics(path);
      if (statistics == nullptr) continue;
      if (measure) sums[path].bytes += chunks_->bytes(path, *stored);
      const bool exact = all_live && current->counts_exactly(batch, path);
      std::optional<batch::Statistics> counted;
      if (!exact) counted = alive.of(path);
      if (counted) statistics = &*counted;
      if (statistics->count(batch::Tag::Missing) == statistics->rows) continue;
      sums[path].merge.add(*statistics);
      sums[path].texts.add(batch, *statistics, !exact);
    }
  }
  std::vector<PathTotals> totals;
  for (PathId path = 0; path < paths; ++path) {
    if (sums[path].merge.empty()) continue;
    PathTotals& total = totals.emplace_back(total_of(path, sums[path]));
    const auto texts = sums[path].texts.shown(
        [&](exec::BatchId batch) { return read_texts(*current, batch, path, live.at(batch)); });
    total.text_min = texts.least;
    total.text_max = texts.greatest;
  }
  return totals;
}

}  // namespace arbors::store
