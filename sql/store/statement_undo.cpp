// The undoing of a statement's rows where SQLite does not: it opens no savepoint around some
// statements of many rows (UPDATE … FROM), whose earlier rows would stay when one fails inside a
// transaction. The log is cut back to where the statement began, and the state is read anew.
#include <algorithm>

#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

// What may be pending for the sake of such a statement: beyond that it can no longer be undone
// alone.
constexpr std::size_t kMostTexts = 1U << 19;
constexpr std::size_t kMostBytes = 4 * kMostPendingBytes;

// Tells whether a text is that of an UPDATE … FROM, or perhaps of another UPDATE with a subquery.
bool may_update_from(const char* sql) {
  if (sql == nullptr) return true;
  std::string text(sql);
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  });
  return text.find("update") != std::string::npos && text.find("from") != std::string::npos;
}

bool updates_from(sqlite3* db) {
  for (sqlite3_stmt* each = sqlite3_next_stmt(db, nullptr); each != nullptr;
       each = sqlite3_next_stmt(db, each)) {
    const bool writes = sqlite3_stmt_busy(each) != 0 && sqlite3_stmt_readonly(each) == 0;
    if (writes && may_update_from(sqlite3_sql(each))) return true;
  }
  return false;
}

}  // namespace

// SQLite adds to its count of changes when a statement ends, so a row that finds it as the last one
// left it belongs to the same statement.
void Store::Impl::enter_row() {
  const std::int64_t changes = sqlite3_total_changes64(connection_->db);
  const bool goes_on = mark_.known && mark_.changes == changes;
  if (!goes_on) mark_ = {};
  mark_.entered = changes;
  if (goes_on) return;
  refresh();
  // What these would log later is not of this statement alone.
  if (!carried_.empty() || counts_due_) flush();
  mark_.known = true;
  mark_.seq = seq_;
  mark_.seal = seal_;
  mark_.generation = generation_;
  mark_.waiting = buffered_.size();
}

void Store::Impl::leave_row() { mark_.changes = sqlite3_total_changes64(connection_->db); }

// The statement may go on with other rows, after what this one has written of those before it.
void Store::Impl::fail_row() {
  if (mark_.changes == mark_.entered) leave_row();
}

std::vector<Store::Impl::RowValues> Store::Impl::indexed_rows(
    const std::vector<std::int64_t>& rowids) {
  std::vector<RowValues> rows;
  for (const std::int64_t rowid : rowids) rows.push_back({rowid, indexed_row(rowid)});
  return rows;
}

void Store::Impl::cut_log(const StatementMark& mark) {
  const auto kept = static_cast<std::ptrdiff_t>(std::min(mark.waiting, buffered_.size()));
  buffered_.erase(buffered_.begin() + kept, buffered_.end());
  if (seq_ == mark.seq) return;
  log_->remove(mark.seq + 1, INT64_MAX);
  seq_ = mark.seq;
  seal_ = mark.seal;
  next_seq_ = 0;
}

bool Store::Impl::awaits_undo() {
  if (!mark_.known || mark_.lost || sqlite3_get_autocommit(connection_->db) != 0) return false;
  if (state_->pending_texts() >= kMostTexts || state_->pending_bytes() >= kMostBytes) return false;
  if (!mark_.updates_from) mark_.updates_from = updates_from(connection_->db);
  return *mark_.updates_from;
}

void Store::Impl::undo_statement() {
  StatementMark mark = std::exchange(mark_, {});
  if (!mark.known || !mark.touched) return;
  torn_ = true;  // until all is as it was
  if (mark.lost) return;
  const Raised settling(settling_);
  std::ranges::sort(mark.rowids);
  mark.rowids.erase(std::unique(mark.rowids.begin(), mark.rowids.end()), mark.rowids.end());
  const std::vector<RowValues> changed = indexed_rows(mark.rowids);
  cut_log(mark);
  flush();
  discard();
  torn_ = true;  // still, also where reading fails
  load();
  make_state();
  for (const RowValues& row : changed) {
    unindex_row(row.rowid, row.indexed);
    index_row(row.rowid, indexed_row(row.rowid));
  }
  if (key_ != nullptr) key_->settle();
  torn_ = false;
}

}  // namespace arbors::store
