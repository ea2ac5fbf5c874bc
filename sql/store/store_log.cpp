// The writing of the log: what is buffered, the counts that a Base tells.
#include <algorithm>

#include "sql/store/store_impl.h"
#include "sql/tables/nonces.h"

namespace arbors::store {

namespace {

constexpr std::int64_t kMostGap = std::int64_t{1} << 24;
constexpr std::size_t kMostErasedTogether = 65536;  // rows of one record
constexpr std::size_t kCarriedBytes = 1U << 20;     // of one record, about

}  // namespace

std::int64_t Store::Impl::following_seq() {
  if (next_seq_ == 0) {
    const std::uint64_t gap = gap_due_ ? random_u64() % kMostGap : 0;
    next_seq_ = seq_ + 1 + static_cast<std::int64_t>(gap);
  }
  return next_seq_;
}

void Store::Impl::logged(std::int64_t seq, std::int64_t seal) {
  seq_ = seq;
  seal_ = seal;
  time_ = time_of_records();
  next_seq_ = 0;
  gap_due_ = false;
  if (first_own_seq_ == 0) first_own_seq_ = seq;
  if (own_seals_.empty()) own_seals_.push_back(seal);
}

Counts Store::Impl::counts(std::uint64_t added, std::uint64_t removed) const {
  Counts counts = counts_;
  counts.trees = state_->trees();
  counts.added = added;
  counts.removed = removed;
  counts.paths_seal = columns_->seal();
  counts.segments_seal = state_->segments_seal();
  return counts;
}

void Store::Impl::carry(std::vector<ReplacedRow> rows) {
  for (const ReplacedRow& row : rows) {
    ReplacedRow copy = row;
    state_->carry(copy, *paths_);
  }
  // Logged with what comes after: the next fold of this transaction may make that needless.
  carried_ = std::move(rows);
}

// What is logged is no longer carried, should a later record fail.
void Store::Impl::log_carried() {
  while (!carried_.empty()) {
    auto end = carried_.begin();
    for (std::size_t bytes = 0; end != carried_.end() && bytes < kCarriedBytes; ++end)
      bytes += end->bytes();
    const std::int64_t seq = following_seq();
    logged(seq, log_->append_carried(spot(seq), {carried_.begin(), end}));
    carried_.erase(carried_.begin(), end);
  }
}

// Logs the first of the buffered changes, with the erasures that follow an erasure in what the
// statement under way has found, or has added.
void Store::Impl::log_first() {
  const Buffered& first = buffered_.front();
  const std::int64_t seq = following_seq();
  if (first.op == Op::Set) {
    logged(seq, log_->append(spot(seq), first.rowid, first.values));
    return buffered_.pop_front();
  }
  if (first.op != Op::Erase) {
    const std::string_view tree = state_->texts()[first.text];
    logged(seq, log_->append(spot(seq), first.op, first.rowid, tree));
    return buffered_.pop_front();
  }
  const std::size_t most =
      mark_.waiting > 0 ? std::min(mark_.waiting, kMostErasedTogether) : kMostErasedTogether;
  std::vector<std::int64_t> rowids;
  for (const Buffered& change : buffered_) {
    if (change.op != Op::Erase || rowids.size() == most) break;
    rowids.push_back(change.rowid);
  }
  logged(seq, log_->append_erased(spot(seq), rowids));
  buffered_.erase(buffered_.begin(),
                  buffered_.begin() + static_cast<std::ptrdiff_t>(rowids.size()));
}

// May fail at any record, in a hook of SQLite's that nothing undoes: what is logged has left the
// buffer, the rest waits for the next flush.
void Store::Impl::flush() {
  if (!settling_) refuse_torn();
  if (state_ == nullptr || !unlogged()) return;
  // SQLite does not tell a table that was just made when it goes again.
  if (!locked_ && !(table_exists(connection_->db, names_, "pending") && knows_newest()))
    return discard();
  const Raised settling(settling_);
  if (key_ != nullptr) key_->settle();
  log_carried();
  while (!buffered_.empty()) {
    const std::size_t before = buffered_.size();
    log_first();
    if (mark_.waiting == 0) continue;
    mark_.waiting -= before - buffered_.size();
    mark_.seq = seq_;
    mark_.seal = seal_;
  }
  if (!counts_due_) return;
  const Counts told = counts(bulk_added_, bulk_removed_);
  const std::int64_t seq = following_seq();
  logged(seq, log_->append(spot(seq), Op::Counts, told));
  counts_due_ = false;
  bulk_added_ = bulk_removed_ = 0;
}

void Store::Impl::lock() { meta_->set("base", meta_->integer("base")); }

void Store::Impl::remove_own_records() {
  if (first_own_seq_ != 0) log_->remove(first_own_seq_, seq_);
}

void Store::Impl::write_base() {
  mark_.lost = true;
  buffered_.clear();
  carried_.clear();
  counts_due_ = false;
  const Counts told = counts(own_added_, own_removed_);
  const std::int64_t base = following_seq();
  // This transaction's records go, so the Base follows the one before them.
  const std::int64_t own = first_own_seq_ == 0 ? base : first_own_seq_;
  own_seals_.reserve(own_seals_.size() + 1);  // nothing may fail once the Base is stored
  ChangeLog::Spot spot = this->spot(base);
  spot.previous = log_->seal_before(own);
  logged(base, log_->append(spot, Op::Base, told));
  if (own_seals_.back() != seal_) own_seals_.push_back(seal_);
  remove_own_records();
  first_own_seq_ = base;
  meta_->set("base", base);
  bulk_added_ = bulk_removed_ = 0;
}

}  // namespace arbors::store
