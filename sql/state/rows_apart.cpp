// Which rows of a snapshot another one of the same Arbor may show otherwise.
#include <algorithm>
#include <map>

#include "sql/state/snapshot.h"

namespace arbors::store {

namespace {

// Calls `each` with the rows of a segment that lie under other trees or values.
template <typename Each>
void for_each_patched(const PatchedFacts& facts, const exec::Segment& segment, const Each& each) {
  const auto show = [&](const PatchedRows& patched) {
    const auto first = std::ranges::lower_bound(patched.rows, segment.first_row);
    for (auto row = first; row != patched.rows.end(); ++row) {
      if (*row - segment.first_row >= segment.rows) break;
      each(*row - segment.first_row);
    }
  };
  show(facts.trees);
  for (const auto& [path, patched] : facts.values) show(patched);
}

bool is_patched(const PatchedFacts& facts, std::uint32_t row) {
  const auto has = [&](const PatchedRows& patched) {
    return std::ranges::binary_search(patched.rows, row);
  };
  return has(facts.trees) ||
         std::ranges::any_of(facts.values, [&](const auto& values) { return has(values.second); });
}

}  // namespace

std::optional<Snapshot::StoredRow> Snapshot::stored_row(const Place& place) const {
  const exec::Segment& segment = segments_[place.segment];
  const auto stored = stored_batch(segment.batch);
  const std::uint32_t row = segment.first_row + place.row;
  if (!stored || (*stored != segment.batch &&
                  is_patched(*patched_.at(segment.batch - kPatchedBatch).facts, row)))
    return std::nullopt;
  return StoredRow{facts_.at(*stored).nonce, row};
}

std::optional<Snapshot::StoredRun> Snapshot::stored_run(const exec::Segment& segment) const {
  const auto stored = stored_batch(segment.batch);
  if (!stored) return std::nullopt;
  return StoredRun{facts_.at(*stored).nonce, segment.first_row, segment.rows};
}

std::vector<std::int64_t> Snapshot::rows_apart(const Snapshot& other, Pending pending) const {
  std::map<StoredRun, const exec::Segment*> others;
  for (const exec::Segment& segment : other.segments_)
    if (const auto run = other.stored_run(segment)) others.emplace(*run, &segment);
  std::vector<std::int64_t> rowids;
  for (const exec::Segment& segment : segments_) {
    const auto add = [&](std::uint32_t row) {
      if (segment.is_live(row)) rowids.push_back(segment.rowid(row));
    };
    const auto run = stored_run(segment);
    if (!run && pending == Pending::Known) continue;
    const auto found = run ? others.find(*run) : others.end();
    if (found == others.end()) {
      for (std::uint32_t row = 0; row < segment.rows; ++row) add(row);
      continue;
    }
    const exec::Segment& same = *found->second;
    for (std::uint32_t row = 0; row < segment.rows && !same.live.empty(); ++row)
      if (!same.is_live(row)) add(row);
    if (segment.batch >= kPatchedBatch && pending == Pending::Unknown)
      for_each_patched(*patched_.at(segment.batch - kPatchedBatch).facts, segment, add);
  }
  return rowids;
}

}  // namespace arbors::store
