#include <algorithm>

#include "sql/access/clock.h"
#include "sql/access/data_version.h"
#include "sql/access/write_lock.h"
#include "sql/store/store_impl.h"
#include "sql/tables/random.h"

namespace arbors::store {

namespace {

constexpr std::int64_t kMostGap = std::int64_t{1} << 24;
constexpr std::size_t kMostErasedTogether = 65536;  // rows of one record
constexpr std::size_t kCarriedBytes = 1U << 20;     // of one record, about

}  // namespace

Store::Impl::Impl(ConnectionPtr connection, Names names)
    : connection_(std::move(connection)), names_(std::move(names)) {
  make_tables();
  chunks_ = std::make_shared<ChunkTable>(connection_, names_);
}

Store::Impl::~Impl() { chunks_->orphan(); }

void Store::Impl::make_tables() {
  indexes_.clear();
  key_.reset();
  sqlite3* db = connection_->db;
  meta_ = std::make_unique<MetaTable>(db, names_);
  path_table_ = std::make_unique<PathTable>(db, names_);
  segment_table_ = std::make_unique<SegmentTable>(db, names_);
  log_ = std::make_unique<ChangeLog>(db, names_);
}

void Store::Impl::create(const Options& options) {
  if (!options.retain_for.empty()) check_age(connection_->db, options.retain_for);
  create_tables(connection_->db, names_);
  options_ = options;
  const std::int64_t first = 1 + static_cast<std::int64_t>(random_u64() % kMostGap);
  meta_->create(options, first);
  const PathDictionary root;
  path_table_->add(root, kRootPath, PathTable::kUndecided);
  Counts counts;
  counts.paths_seal = PathTable::seal(root, kRootPath, PathTable::kUndecided);
  log_->append({first, 0, now(connection_->db), 0}, Op::Base, counts);
  if (options.key.empty()) return;
  const KeyColumns key(options.key, options.declared);
  meta_->write_key(UniqueKeyIndex::create_table(connection_->db, names_, 1, key), key.text());
}

void Store::Impl::open() {
  refresh_facts();
  const auto require = [&](const std::string& part) {
    if (!knows_table(connection_->db, names_.schema, names_.table + "_" + part))
      throw_corrupt("the tables of '" + names_.table + "' are incomplete: there is no " +
                    names_.table + "_" + part);
  };
  for (const std::string_view part : shadow_parts()) require(std::string(part));
  for (const auto& index : indexes_) require("index" + std::to_string(index->number()));
  if (key_ != nullptr) require("index" + std::to_string(key_->number()));
}

void Store::Impl::discard() {
  known_ = false;
  mirror_.reset();
  records_.clear();
  cached_.reset();
  older_.reset();
  row_readers_.reset();
  buffered_.clear();
  carried_.clear();
  counts_due_ = false;
  next_seq_ = 0;
  gap_due_ = true;
  torn_ = false;
  bulk_added_ = bulk_removed_ = 0;
  purged_.clear();
  mark_ = {};
  savepoints_.changed();
}

void Store::Impl::changed() {
  cached_.reset();
  rows_cut_ = 0;
  savepoints_.changed();
}

// SQLite tells of savepoints also around the store's own statements, in the middle of a fold.
void Store::Impl::begin_savepoint(int level) {
  try {
    if (!settling_) flush();
  } catch (...) {
    savepoints_.released(level);  // which the flush's own statements may have ended within
    throw;
  }
  savepoints_.began(level);
}

// A statement of the store's own that has to be prepared again, since the schema changed, begins
// and rolls back a savepoint, in the middle of a write: the state must outlive that.
void Store::Impl::roll_back_to(int level) {
  if (savepoints_.undoes(level)) discard();
  savepoints_.rolled_back(level);
}

void Store::Impl::refuse_torn() const {
  if (torn_) {
    throw_invalid("a statement that wrote to '" + names_.table +
                  "' failed half-way and was not undone; ROLLBACK the transaction");
  }
}

// Tells whether the newest record is the newest that memory knows of.
bool Store::Impl::knows_newest() {
  const std::int64_t newest = log_->newest();
  return newest == seq_ || newest == next_seq_;
}

// Opening an Arbor, counting its trees and telling its columns read the log alone, however many
// segments there are; whatever asks for a row makes the mirror.
void Store::Impl::refresh() {
  refresh_facts();
  if (mirror_ == nullptr) make_mirror();
}

// Where the database is in the state that the mirror was last found current in, the log need not be
// asked: that would cost as much as the rest of a point look-up.
void Store::Impl::refresh_facts() {
  refuse_torn();
  const auto version = locked_ ? std::nullopt : data_version(connection_->db, names_.schema);
  if (known_ && version && version == version_) return;
  version_.reset();
  const bool current = known_ && (locked_ || knows_newest() || (!unlogged() && catch_up()));
  if (!current) {
    discard();
    load();
  }
  // Whoever lets this read hold a read transaction has begun it by now, if not before.
  version_ = locked_ ? std::nullopt : data_version(connection_->db, names_.schema);
}

// Decides, of the records found in the tables, what this transaction's next changes make.
void Store::Impl::settle_generation(const std::vector<Record>& records) {
  const auto own = [&](const Record& record) {
    return std::find(own_seals_.begin(), own_seals_.end(), record.seal) != own_seals_.end();
  };
  if (std::any_of(records.begin(), records.end(), own)) return;
  own_seals_.clear();
  if (records.empty()) return;
  write_generation_ = records.back().generation + 1;
  write_time_ = std::max(write_time_, records.back().time);
}

// Adds the counts of a record to this transaction's, where it is its own.
void Store::Impl::note_record(const Record& record) {
  seq_ = record.seq;
  seal_ = record.seal;
  time_ = record.time;
  generation_ = record.generation;
  const bool insert = record.op == Op::Insert, erase = record.op == Op::Erase,
             replace = record.op == Op::Replace || record.op == Op::Set;
  if (tells_counts(record.op)) {
    counts_ = record.counts;
    stored_trees_ = record.counts.trees;
  }
  stored_trees_ += insert ? 1 : 0;
  stored_trees_ -= erase ? 1 + record.more.size() : 0;
  if (insert) counts_.next_rowid = std::max(counts_.next_rowid, record.rowid + 1);
  if (!writing_ || record.generation != write_generation_) return;
  if (first_own_seq_ == 0) first_own_seq_ = record.seq;
  if (tells_counts(record.op)) {
    own_added_ += record.counts.added;
    own_removed_ += record.counts.removed;
  }
  own_added_ += insert || replace ? 1 : 0;
  own_removed_ += erase || replace ? 1 + record.more.size() : 0;
}

// Reads what another connection has logged since, where that is all that changed.
bool Store::Impl::catch_up() {
  if (!log_->holds(seq_, seal_)) return false;
  // Before the newest Base the log may have gaps.
  if (meta_->integer("base") > seq_) return false;
  std::vector<Record> news;
  bool plain = true;
  log_->read_after(seq_, seal_, [&](Record& record) {
    if (tells_counts(record.op)) plain = false;
    if (plain) news.push_back(std::move(record));
  });
  if (!plain) return false;
  changed();
  known_ = false;  // until it has them all
  for (Record& record : news) {
    note_record(record);
    if (mirror_ != nullptr) {
      mirror_->apply(record, *paths_);
    } else {
      records_.push_back(std::move(record));
    }
  }
  known_ = true;
  return true;
}

std::uint64_t Store::Impl::trees() {
  refresh_facts();
  return mirror_ != nullptr ? mirror_->trees() : stored_trees_;
}

void Store::Impl::make_mirror() {
  try {
    mirror_ = replay(records_, generation_);
  } catch (...) {
    known_ = false;  // the records have lost their texts
    throw;
  }
  records_.clear();
}

void Store::Impl::load() {
  MetaTable::Facts facts = meta_->read_facts();
  options_ = std::move(facts.options);  // a rollback may have put another table under this name
  utf8_ = facts.utf8;
  paths_ = std::make_unique<PathDictionary>();
  published_.reset();
  columns_ = std::make_unique<ColumnRegistry>(options_);
  columns_->read(*path_table_, *paths_);
  load_indexes(facts);

  log_->read_from(facts.base, [&](Record& record) {
    if (record.op == Op::Base && !records_.empty())
      throw_corrupt("'" + names_.table + "' does not know its newest base");
    records_.push_back(std::move(record));
  });
  first_own_seq_ = 0;
  own_added_ = own_removed_ = 0;
  if (writing_) settle_generation(records_);
  for (const Record& record : records_) note_record(record);
  if (counts_.paths_seal != columns_->seal())
    throw_corrupt("the paths of '" + names_.table + "' are not those that its change log knows");
  known_ = true;
}

std::unique_ptr<Mirror> Store::Impl::replay(std::vector<Record>& records, std::int64_t generation) {
  auto mirror = std::make_unique<Mirror>(segment_table_->read(generation));
  std::int64_t segments_seal = 0;
  for (const Record& record : records) {
    if (tells_counts(record.op)) segments_seal = record.counts.segments_seal;
  }
  if (mirror->segments_seal() != segments_seal) {
    throw_corrupt("the segments of generation " + std::to_string(generation) + " of '" +
                  names_.table + "' are not those that its change log knows; run SELECT " +
                  "arbor_check('" + names_.table + "')");
  }
  try {
    for (Record& record : records) mirror->apply(record, *paths_);
  } catch (const Error& error) {
    throw Error(error.code(), "'" + names_.table + "': " + error.what());
  }
  return mirror;
}

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
  time_ = write_time_;
  next_seq_ = 0;
  gap_due_ = false;
  if (first_own_seq_ == 0) first_own_seq_ = seq;
  if (own_seals_.empty()) own_seals_.push_back(seal);
}

std::int64_t Store::Impl::generation_for_write() {
  changed();
  generation_ = write_generation_;
  return generation_;
}

Counts Store::Impl::counts(std::uint64_t added, std::uint64_t removed) const {
  Counts counts = counts_;
  counts.trees = mirror_->trees();
  counts.added = added;
  counts.removed = removed;
  counts.paths_seal = columns_->seal();
  counts.segments_seal = mirror_->segments_seal();
  return counts;
}

void Store::Impl::carry(std::vector<ReplacedRow> rows) {
  for (const ReplacedRow& row : rows) {
    ReplacedRow copy = row;
    mirror_->carry(copy, *paths_);
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
    const std::string_view tree = mirror_->texts()[first.text];
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
  if (mirror_ == nullptr || !unlogged()) return;
  // SQLite does not tell a table that was just made when it goes again.
  if (!locked_ && !(table_exists(connection_->db, names_, "pending") && knows_newest()))
    return discard();
  const Raised settling(settling_);
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
