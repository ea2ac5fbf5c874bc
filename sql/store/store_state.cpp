#include <algorithm>

#include "sql/access/clock.h"
#include "sql/access/data_version.h"
#include "sql/access/write_lock.h"
#include "sql/store/store_impl.h"
#include "sql/tables/nonces.h"

namespace arbors::store {

namespace {

constexpr std::int64_t kMostBefore = std::int64_t{1} << 24;  // the first record

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
  const std::int64_t first = 1 + static_cast<std::int64_t>(random_u64() % kMostBefore);
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
  state_.reset();
  records_.clear();
  cached_.reset();
  older_.reset();
  row_readers_.reset();
  buffered_.clear();
  carried_.clear();
  if (key_ != nullptr) key_->forget();
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
// segments there are; whatever asks for a row makes the state.
void Store::Impl::refresh() {
  refresh_facts();
  if (state_ == nullptr) make_state();
}

// Where the database has the version that the state was last found current in, the log need not be
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

// Nobody but this store writes to its tables, and nothing is written yet where there was no BEGIN;
// so asking the log, which costs as much as a tenth of a small UPDATE, can be left out.
bool Store::Impl::is_as_committed() const {
  sqlite3* db = connection_->db;
  return !writing_ && !torn_ && known_ && state_ != nullptr && version_ &&
         sqlite3_get_autocommit(db) != 0 &&
         sqlite3_txn_state(db, names_.schema.c_str()) == SQLITE_TXN_WRITE &&
         commits_met(db, names_.schema) == version_;
}

// A commit counts once. Where connections share their cache, others' may have come in between.
void Store::Impl::note_commit() {
  const auto met = locked_ ? commits_met(connection_->db, names_.schema) : std::nullopt;
  if (met && found_ && *met == *found_ + 1) version_ = met;
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
    if (state_ != nullptr) {
      state_->apply(record, *paths_);
    } else {
      records_.push_back(std::move(record));
    }
  }
  known_ = true;
  return true;
}

std::uint64_t Store::Impl::trees() {
  refresh_facts();
  return state_ != nullptr ? state_->trees() : stored_trees_;
}

void Store::Impl::make_state() {
  try {
    state_ = replay(records_, generation_);
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

std::unique_ptr<GenerationState> Store::Impl::replay(std::vector<Record>& records,
                                                     std::int64_t generation) {
  auto state = std::make_unique<GenerationState>(segment_table_->read(generation));
  std::int64_t segments_seal = 0;
  for (const Record& record : records) {
    if (tells_counts(record.op)) segments_seal = record.counts.segments_seal;
  }
  if (state->segments_seal() != segments_seal) {
    throw_corrupt("the segments of generation " + std::to_string(generation) + " of '" +
                  names_.table + "' are not those that its change log knows; run SELECT " +
                  "arbor_check('" + names_.table + "')");
  }
  try {
    for (Record& record : records) state->apply(record, *paths_);
  } catch (const Error& error) {
    throw Error(error.code(), "'" + names_.table + "': " + error.what());
  }
  return state;
}

std::int64_t Store::Impl::generation_for_write() {
  changed();
  generation_ = write_generation_;
  return generation_;
}

}  // namespace arbors::store
