#include <algorithm>

#include "sql/random.h"
#include "sql/store_impl.h"

namespace arbors::store {

namespace {

constexpr std::int64_t kMostGap = std::int64_t{1} << 24;
constexpr std::size_t kMostLoggedErases = 1000;  // more become live bits at once

}  // namespace

Store::Impl::Impl(ConnectionPtr connection, Names names)
    : connection_(std::move(connection)), names_(std::move(names)) {
  make_tables();
  chunks_ = std::make_shared<ChunkTable>(connection_, names_);
}

Store::Impl::~Impl() { chunks_->orphan(); }

void Store::Impl::make_tables() {
  indexes_.clear();
  sqlite3* db = connection_->db;
  meta_ = std::make_unique<MetaTable>(db, names_);
  path_table_ = std::make_unique<PathTable>(db, names_);
  segment_table_ = std::make_unique<SegmentTable>(db, names_);
  log_ = std::make_unique<ChangeLog>(db, names_);
}

void Store::Impl::create(const Options& options) {
  create_tables(connection_->db, names_);
  options_ = options;
  meta_->write_options(options);
  const std::int64_t first = 1 + static_cast<std::int64_t>(random_u64() % kMostGap);
  log_->append(first, 0, Op::Base, Counts());
  meta_->set("base", first);
  meta_->set("oldest", 0);
  const PathDictionary root;
  path_table_->add(root, kRootPath, PathTable::kUndecided);
}

void Store::Impl::open() {
  options_ = meta_->read_options();
  refresh();
}

void Store::Impl::discard() {
  mirror_.reset();
  cached_.reset();
  buffered_.clear();
  counts_due_ = false;
  gap_due_ = true;
  bulk_added_ = bulk_removed_ = 0;
  ++changes_;
}

void Store::Impl::changed() {
  cached_.reset();
  ++changes_;
}

void Store::Impl::mark(int savepoint) { marks_[savepoint] = changes_; }

void Store::Impl::forget_marks(int from) { marks_.erase(marks_.lower_bound(from), marks_.end()); }

// A statement of the store's own that has to be prepared again, since the schema changed, begins
// and rolls back a savepoint, in the middle of a write: the state must outlive that.
void Store::Impl::roll_back_to(int savepoint) {
  const auto mark = marks_.find(savepoint);
  if (mark == marks_.end() || mark->second != changes_) discard();
  forget_marks(savepoint + 1);
}

void Store::Impl::refresh() {
  const std::int64_t newest = log_->newest();
  if (mirror_ != nullptr && newest == seq_) return;
  if (mirror_ != nullptr && buffered_.empty() && !counts_due_ && catch_up()) return;
  discard();
  load();
}

// Adds the counts of a record to this transaction's, where it is its own.
void Store::Impl::note_record(const Record& record) {
  seq_ = record.seq;
  generation_ = record.generation;
  const bool insert = record.op == Op::Insert, erase = record.op == Op::Erase,
             replace = record.op == Op::Replace;
  if (record.op == Op::Base || record.op == Op::Counts) counts_ = record.counts;
  if (insert) counts_.next_rowid = std::max(counts_.next_rowid, record.rowid + 1);
  if (!writing_ || record.generation != write_generation_) return;
  if (first_own_seq_ == 0) first_own_seq_ = record.seq;
  if (record.op == Op::Base || record.op == Op::Counts) {
    own_added_ += record.counts.added;
    own_removed_ += record.counts.removed;
  }
  own_added_ += insert || replace ? 1 : 0;
  own_removed_ += erase || replace ? 1 : 0;
}

// Reads what another connection has logged since, where that is all that changed.
bool Store::Impl::catch_up() {
  std::vector<Record> news;
  bool plain = true;
  log_->read(seq_, [&](Record& record) {
    const bool structural = record.op == Op::Base || record.op == Op::Counts;
    if (record.seq != seq_ && (structural || news.empty())) plain = false;
    news.push_back(plain ? record : Record());
  });
  if (!plain || news.empty() || news.front().seq != seq_) return false;
  changed();
  for (std::size_t at = 1; at < news.size(); ++at) {
    note_record(news[at]);
    mirror_->apply(news[at]);
  }
  return true;
}

void Store::Impl::load() {
  options_ = meta_->read_options();  // a rollback may have put another table under this name
  paths_ = std::make_unique<PathDictionary>();
  published_.reset();
  columns_ = std::make_unique<ColumnRegistry>(options_, names_.table);
  columns_->read(*path_table_, *paths_);
  load_indexes();

  std::vector<Record> records;
  const std::int64_t base = meta_->integer("base");
  log_->read(base, [&](Record& record) { records.push_back(std::move(record)); });
  if (records.empty() || records.front().seq != base || records.front().op != Op::Base) {
    throw_corrupt("the change log of '" + names_.table + "' lacks its base");
  }
  first_own_seq_ = 0;
  own_added_ = own_removed_ = 0;
  auto mirror = std::make_unique<Mirror>(segment_table_->read(records.back().generation));
  try {
    for (Record& record : records) {
      note_record(record);
      mirror->apply(record);
    }
  } catch (const Error& error) {
    throw Error(error.code(), "'" + names_.table + "': " + error.what());
  }
  mirror_ = std::move(mirror);
}

std::int64_t Store::Impl::next_seq() {
  std::int64_t gap = 1;
  if (gap_due_) gap += static_cast<std::int64_t>(random_u64() % kMostGap);
  gap_due_ = false;
  seq_ += gap;
  if (first_own_seq_ == 0) first_own_seq_ = seq_;
  return seq_;
}

std::int64_t Store::Impl::generation_for_write() {
  changed();
  generation_ = write_generation_;
  return generation_;
}

void Store::Impl::flush() {
  if (mirror_ == nullptr) return;
  const Raised settling(settling_);
  const auto erases = static_cast<std::size_t>(
      std::count_if(buffered_.begin(), buffered_.end(),
                    [](const Buffered& change) { return change.op == Op::Erase; }));
  if (erases > kMostLoggedErases) return fold();
  for (const Buffered& change : buffered_) {
    const std::string_view tree =
        change.op == Op::Erase ? std::string_view() : mirror_->texts()[change.text];
    log_->append(next_seq(), generation_, change.op, change.rowid, tree);
  }
  buffered_.clear();
  if (!counts_due_) return;
  Counts counts = counts_;
  counts.trees = mirror_->trees();
  counts.added = bulk_added_;
  counts.removed = bulk_removed_;
  log_->append(next_seq(), generation_, Op::Counts, counts);
  counts_due_ = false;
  bulk_added_ = bulk_removed_ = 0;
}

void Store::Impl::lock() { meta_->set("base", meta_->integer("base")); }

void Store::Impl::remove_own_records() {
  if (first_own_seq_ != 0) log_->remove(first_own_seq_, seq_);
}

void Store::Impl::write_base() {
  buffered_.clear();
  counts_due_ = false;
  Counts counts = counts_;
  counts.trees = mirror_->trees();
  counts.added = own_added_;
  counts.removed = own_removed_;
  const std::int64_t base = next_seq();
  log_->append(base, generation_, Op::Base, counts);
  remove_own_records();
  first_own_seq_ = base;
  meta_->set("base", base);
  bulk_added_ = bulk_removed_ = 0;
}

}  // namespace arbors::store
