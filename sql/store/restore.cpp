// Two generations held against each other, and an older one made the newest again.
#include <algorithm>
#include <set>

#include "sql/store/batch_writer.h"

namespace arbors::store {

std::optional<std::vector<std::int64_t>> Store::Impl::rows_logged(std::int64_t from,
                                                                  std::int64_t to) {
  const Retained retained = meta_->retained();
  if (!is_readable(retained, from) || !is_readable(retained, to)) return std::nullopt;
  if (base_of(from) != base_of(to)) return std::nullopt;
  std::vector<std::int64_t> rowids;
  if (const auto first = log_->first_beyond_generation(from)) {
    const auto last = log_->last_before(first->seq);
    log_->read_after(last->seq, last->seal, until(retained, to), [&](const Record& record) {
      if (tells_counts(record.op)) return;
      rowids.push_back(record.rowid);
      rowids.insert(rowids.end(), record.more.begin(), record.more.end());
    });
  }
  if (to == generation_) {
    for (const Buffered& change : buffered_) rowids.push_back(change.rowid);
  }
  return rowids;
}

std::unique_ptr<TreeComparison> Store::Impl::difference(std::int64_t from, std::int64_t to) {
  const auto before = snapshot(from), after = snapshot(to);
  auto logged = rows_logged(std::min(from, to), std::max(from, to));
  const auto pending = logged ? Snapshot::Pending::Known : Snapshot::Pending::Unknown;
  std::vector<std::int64_t> rowids = std::move(logged).value_or(std::vector<std::int64_t>());
  for (const auto& apart :
       {before->rows_apart(*after, pending), after->rows_apart(*before, pending)}) {
    rowids.insert(rowids.end(), apart.begin(), apart.end());
  }
  return std::make_unique<TreeComparison>(before, after, std::move(rowids));
}

Store::Impl::Restored Store::Impl::index_restored(std::int64_t generation) {
  Restored restored;
  for (const auto changes = difference(generation_, generation); changes->next_text();) {
    if (changes->is_other_value()) {
      ++restored.trees;
      restored.added += changes->after() ? 1 : 0;
      restored.removed += changes->before() ? 1 : 0;
    }
    if (has_indexes() && changes->before())
      unindex_row(changes->rowid(), row_to_index(*changes->before()));
  }
  if (!has_indexes()) return restored;
  for (const auto changes = difference(generation_, generation); changes->next_text();) {
    if (!changes->after()) continue;
    const IndexedRow row = row_to_index(*changes->after());
    if (row.key && key_->holder(*row.key)) refuse_duplicate();
    index_row(changes->rowid(), row);
  }
  return restored;
}

// Like a fold, but of the state of then: segments that are seen now as they were then stay, the
// others get new versions of the same batches.
std::uint64_t Store::Impl::restore(std::int64_t generation) {
  require_transaction();
  refresh();
  const Retained retained = meta_->retained();
  if (!is_readable(retained, generation)) refuse_gone(retained, std::to_string(generation));
  if (generation == generation_) return 0;
  mark_.lost = true;
  const Raised settling(settling_);
  const auto then = state_of(retained, generation);
  const Restored restored = index_restored(generation);
  generation_for_write();

  std::set<std::int64_t> seen;
  for (std::size_t at = 0; at < state_->segments().size(); ++at) {
    seen.insert(state_->segments()[at].id);
  }
  std::vector<SegmentVersion> wanted;
  std::vector<ReplacedRow> carried;
  BatchWriter writer(*this, wanted);
  for (std::size_t at = 0; at < then->segments().size(); ++at) {
    SegmentVersion version = then->segments()[at];
    if (then->has_erased(at) || !seen.contains(version.id)) version.id = 0;
    if (version.id == 0) version.born = generation_;
    version.died = kAlive;
    if (version.run.count > 0) wanted.push_back(std::move(version));
    std::ranges::move(then->replaced_rows(at), std::back_inserter(carried));
  }
  for (const InsertedRows::Row& inserted : then->inserted()) {
    if (inserted.text != GenerationState::kErased)
      writer.add(inserted.rowid, then->texts()[inserted.text]);
  }
  writer.close();
  set_segments(std::move(wanted));
  own_added_ += restored.added;
  own_removed_ += restored.removed;
  write_base();
  carry(std::move(carried));
  purge(oldest());
  return restored.trees;
}

}  // namespace arbors::store
