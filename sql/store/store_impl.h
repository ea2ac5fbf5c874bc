// What a Store holds: the tables' accessors, the state of the current generation, and the
// transaction under way. Its members are spread over the files that name their subject: store.cpp
// (opening, hooks), store_state.cpp (the state), store_log.cpp, store_write.cpp, store_values.cpp,
// statement_undo.cpp, store_read.cpp, history.cpp, restore.cpp, fold.cpp, segment_rewrite.cpp,
// purge.cpp, check.cpp, store_index.cpp, store_key.cpp, store_options.cpp.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/json/input/normalizer.h"
#include "sql/access/savepoint_levels.h"
#include "sql/batches/chunk_table.h"
#include "sql/state/generation_state.h"
#include "sql/store/store.h"
#include "sql/tables/change_log.h"
#include "sql/tables/column_names.h"
#include "sql/tables/layout.h"
#include "sql/tables/meta_table.h"
#include "sql/tables/path_index.h"
#include "sql/tables/path_table.h"
#include "sql/tables/segment_table.h"
#include "sql/tables/unique_key_index.h"

namespace arbors::store {

class BatchWriter;

// Sets a flag for a scope.
class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag), before_(std::exchange(flag, true)) {}
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;
  ~Raised() { flag_ = before_; }

 private:
  bool& flag_;
  bool before_;
};

class Store::Impl {
 public:
  class Change;

  Impl(ConnectionPtr connection, Names names);
  ~Impl();

  // ---- store_state.cpp: the state; store_log.cpp: the log
  void create(const Options& options);
  void open();
  void refresh();        // makes the state current; called before every use
  void refresh_facts();  // the same of all but the state: reads no segments
  // Tells whether a statement that is a transaction of its own finds what the last one left.
  bool is_as_committed() const;
  void note_commit();  // SQLite has committed what was written
  void end() { writing_ = locked_ = false; }
  std::uint64_t trees();
  void discard();  // forgets everything in memory that a rollback may have undone
  void flush();    // writes buffered records
  std::int64_t generation_for_write();
  void refuse_torn() const;
  void changed();  // the state differs from the cached snapshot's
  // SQLite begins a savepoint, unless this fails; what is buffered then waits for another flush.
  void begin_savepoint(int level);
  void roll_back_to(int level);  // forgets what is in memory, unless nothing changed since
  void write_base();
  // Puts back over the segments what lay over them before a fold, after its Base.
  void carry(std::vector<ReplacedRow> rows);
  void lock();  // takes the database's write lock, before work that takes long

  // ---- store_write.cpp
  bool erase(std::int64_t rowid);
  bool replace(std::int64_t rowid, std::string_view tree, OnConflict on_conflict);
  bool replace_minimal(std::int64_t rowid, std::string_view tree, OnConflict on_conflict,
                       json::KeptMembers kept);
  void append(const EncodedBatch& batch, const batch::SharedPaths* shared,
              std::optional<KeyRun> keys);
  void insert_at(std::uint64_t position, const EncodedBatch& batch);
  SegmentVersion part_of(const SegmentVersion& segment, std::uint32_t from,
                         std::uint32_t rows) const;
  std::vector<SegmentVersion> segments_with(SegmentVersion added, std::uint64_t position) const;
  void clear();
  void require_transaction() const;
  void fold_when_full();
  void fold_when_due();  // at the end of a transaction, which folds less often than many do
  bool full(std::size_t most_inserted, std::size_t most_replaced) const;
  // Rows that may be pending in the place of stored ones once a transaction ends.
  std::size_t most_replaced() const;
  // Stores a batch's chunks and new paths; its segment is not added.
  SegmentVersion store_batch(const EncodedBatch& batch, const batch::SharedPaths* shared = nullptr);
  void record_paths(const EncodedBatch& batch);
  // Makes these the Arbor's segments: those without an id are added where they stand, those that
  // are missing die. Leaves a state without pending trees.
  void set_segments(std::vector<SegmentVersion> wanted);

  // ---- statement_undo.cpp
  struct StatementMark {
    bool known = false;
    bool lost = false;                 // a fold has put the statement's rows together with others
    std::int64_t changes = -1;         // SQLite's count of them after the statement's last row,
    std::int64_t entered = 0;          // and before the one under way
    bool touched = false;              // something was written since
    std::optional<bool> updates_from;  // it may be an UPDATE … FROM; none: not asked yet
    std::int64_t seq = 0, seal = 0;    // of the newest record before the statement,
    std::size_t waiting = 0;           // and of what was buffered then, how much is not logged
    std::int64_t generation = 0;       // that the statement found
    std::uint64_t erased = 0;          // rows: those behind them have moved up
    std::vector<std::int64_t> rowids = {};  // of rows that were changed, where there are indexes
  };
  // What the indexes know of a row.
  struct IndexedRow {
    std::vector<IndexKeys> keys;  // of each of indexes_; empty where there are none, or no such row
    std::optional<TreeKey> key;   // where there is a key
  };
  struct RowValues {
    std::int64_t rowid;
    IndexedRow indexed;
  };
  void enter_row();
  void leave_row();
  void fail_row();
  void undo_statement();
  // Tells whether what is pending should stay so, for a statement under way might have to be undone
  // by us.
  bool awaits_undo();
  void cut_log(const StatementMark& mark);
  std::vector<RowValues> indexed_rows(const std::vector<std::int64_t>& rowids);

  // ---- store_values.cpp
  bool set(std::int64_t rowid, std::span<const PathJson> values);
  bool replace_values(std::int64_t rowid, std::string_view before, std::string_view tree,
                      json::KeptMembers kept = {});
  std::optional<std::string> minimal_scalar(std::string_view json);
  struct RowPlace {
    std::optional<std::string_view> pending;  // its text
    std::optional<GenerationState::At> stored;
  };
  enum class Standing { Boolean, Scalar, Other };
  bool is_set_alone(const Path& path, PathId known, std::size_t steps);
  Standing standing_at(const RowPlace& row, const PathJson& value, PathId known);
  std::optional<std::vector<SetValue>> plain_values(std::int64_t rowid,
                                                    std::span<const PathJson> values);
  bool holds_scalar(const GenerationState::At& place, const Path& path);
  bool holds_boolean(const GenerationState::At& place, PathId path);

  // ---- fold.cpp, segment_rewrite.cpp
  enum class FoldAll { No, Yes };  // Yes: rewrites every segment with replaced rows
  void fold(FoldAll all = FoldAll::No);
  std::set<std::size_t> segments_to_fold(FoldAll all) const;  // those that it rewrites
  SegmentVersion without_erased(std::size_t segment) const;
  void optimize();
  // Writes the live trees of a segment, replaced ones in their places.
  void rewrite(std::size_t segment, BatchWriter& writer);
  // Makes a segment with replaced trees or values a batch in which the columns that differ are new
  // and the others as they are; nullopt where its trees are better written anew.
  std::optional<SegmentVersion> rewrite_columns(std::size_t segment);
  bool is_rewritten_by_columns(std::size_t segment) const;

  // ---- store_read.cpp
  std::shared_ptr<Snapshot> snapshot();
  const std::shared_ptr<Snapshot>& current();  // the same of a state that is current
  std::shared_ptr<Snapshot> snapshot(std::int64_t generation);
  std::unique_ptr<GenerationState> state_of(const Retained& retained, std::int64_t generation);
  std::shared_ptr<Snapshot> snapshot_of(std::span<const std::int64_t> rowids);
  std::optional<std::string> tree(std::int64_t rowid);
  Totals totals();  // totals.cpp, with the next two
  std::uint64_t stored_bytes(std::string_view part);
  std::vector<PathTotals> path_totals();
  bool note_pending_columns();
  const std::shared_ptr<const PathDictionary>& published();
  void pin(const std::shared_ptr<Snapshot>& snapshot);

  // ---- store_options.cpp
  void set_option(std::string_view key, std::int64_t value, std::uint32_t& option,
                  std::int64_t most);
  void set_retain_for(const std::string& modifier);

  // ---- history.cpp
  std::int64_t base_of(std::int64_t generation);  // the seq of its Base
  std::int64_t oldest();                          // from there on all generations are readable
  std::int64_t oldest(const Retained& retained);
  std::int64_t first_young();             // by retain_for; INT64_MAX: none
  std::set<std::int64_t> pinned() const;  // generations of snapshots that others hold
  // The stored generations before `oldest` that a tag or a handle keeps.
  std::set<std::int64_t> kept_alone(const Retained& retained, std::int64_t oldest);
  bool is_readable(const Retained& retained, std::int64_t generation);
  // How far the log is read for a generation.
  static ChangeLog::Until until(const Retained& retained, std::int64_t generation);
  [[noreturn]] void refuse_gone(const Retained& retained, const std::string& what);
  std::vector<GenerationInfo> history();
  using Told = std::map<std::int64_t, GenerationInfo>;
  Told tell(const Retained& retained);
  std::int64_t tag(const std::string& tag, const std::optional<Value>& when);
  bool untag(const std::string& tag);
  std::int64_t generation_of(const Value& when);
  std::int64_t generation_at(const Retained& retained, std::int64_t time);

  // ---- restore.cpp
  std::unique_ptr<TreeComparison> difference(std::int64_t from, std::int64_t to);
  // The rows that the log says have changed between two generations; nullopt where it does not.
  std::optional<std::vector<std::int64_t>> rows_logged(std::int64_t from, std::int64_t to);
  std::uint64_t restore(std::int64_t generation);
  // Brings indexes and the key from one generation's trees to another's; counts those.
  struct Restored {
    std::uint64_t trees = 0, added = 0, removed = 0;
  };
  Restored index_restored(std::int64_t generation);

  // ---- store_index.cpp
  using KeysOfRow = std::function<void(IndexKeys keys, std::int64_t rowid)>;
  void load_indexes(const MetaTable::Facts& facts);
  bool has_indexes() const { return !indexes_.empty() || key_ != nullptr; }
  PathIndex* find_index(const Path& path);     // nullptr: there is none
  PathIndex* settled_index(const Path& path);  // to be searched; nullptr also where it cannot be
  void create_index(const Path& path);
  bool drop_index(const Path& path);
  void tell_of_facts();
  std::optional<std::vector<std::int64_t>> find_by_index(const Path& path,
                                                         std::span<const KeyRange> ranges,
                                                         std::size_t most);
  std::optional<exec::KeyRun> walk_index(const plan::IndexSearch& search, const Value* last,
                                         std::size_t wanted, std::size_t most);
  // What each index knows of a row as it is now, of which the key may be known already.
  IndexedRow indexed_row(std::int64_t rowid, std::optional<TreeKey> key = std::nullopt);
  IndexedRow row_to_index(std::string_view tree) const;
  // Tells whether replacing the value of a path by another may change an index on what is above,
  // or on elements of what is there.
  bool indexes_around(const Path& path) const;
  void index_row(std::int64_t rowid, const IndexedRow& row);
  void unindex_row(std::int64_t rowid, const IndexedRow& row);
  void reindex_row(std::int64_t rowid, const IndexedRow& before, const IndexedRow& after);
  void index_batch(const SegmentVersion& segment, const batch::SharedPaths* shared = nullptr,
                   std::optional<KeyRun> keys = std::nullopt);
  // How many bytes of entries wait for each other at most.
  std::size_t most_waiting() const { return connection_->cache.capacity() / 2; }
  // Shows what a segment's live rows stand under in an index on a path.
  static void for_each_row(batch::BatchReader& batch, const exec::Segment& segment,
                           const Path& path, const KeysOfRow& each);

  // ---- store_key.cpp
  Placed place(std::string_view tree, std::optional<std::int64_t> rowid, OnConflict on_conflict);
  std::int64_t insert(std::string_view text, std::int64_t rowid,
                      IndexedRow row);  // minimal JSON text
  bool move(std::int64_t rowid, std::string_view tree, std::int64_t new_rowid,
            OnConflict on_conflict);
  void set_key(const std::string& paths);  // empty: takes it away
  void make_key(const KeyColumns& columns);
  std::int64_t next_index_number() const;
  void index_keys_of(const SegmentVersion& segment, batch::BatchReader& batch);
  std::optional<KeyRun> new_keys(const std::shared_ptr<const batch::BuiltBatch>& built,
                                 const batch::SharedPaths& shared);
  Placed settle_conflict(const UniqueKeyIndex::Holder& holder, std::string text, IndexedRow row,
                         OnConflict on_conflict);
  // Makes room for a changed row's key: throws where another row has it, or removes that one.
  void claim_key(const TreeKey& key, std::int64_t rowid, OnConflict on_conflict);
  void claim_rowid(std::int64_t rowid, OnConflict on_conflict);
  bool put(std::int64_t rowid, std::string_view tree, const IndexedRow& before,
           const IndexedRow& after, json::KeptMembers kept = {});
  std::int64_t rowid_for(std::optional<std::int64_t> given) const;
  [[noreturn]] void refuse_rowid(std::int64_t rowid) const;
  [[noreturn]] void refuse_duplicate() const;
  void refuse_repeated(UniqueKeyIndex& made) const;  // where two trees have the same key

  // ---- purge.cpp, check.cpp
  void purge(std::int64_t oldest);
  // Which generations before `oldest` stay, each alone.
  std::vector<KeptGeneration> still_kept(const Retained& retained, std::int64_t oldest);
  void note_purged(std::int64_t oldest, std::span<const KeptGeneration> kept);
  void purge_log(std::uint64_t most);  // of the records that purge() left, so many at most
  std::uint64_t vacuum(std::uint32_t keep);
  std::vector<std::string> check();

  struct Buffered {
    Op op;
    std::int64_t rowid;
    std::uint32_t text = GenerationState::kErased;  // of an Insert or Replace
    std::vector<SetValue> values = {};              // of a Set
  };

  ConnectionPtr connection_;
  Names names_;
  Options options_;
  std::unique_ptr<MetaTable> meta_;
  std::unique_ptr<PathTable> path_table_;
  std::unique_ptr<SegmentTable> segment_table_;
  std::unique_ptr<ChangeLog> log_;
  ChunkTablePtr chunks_;
  std::vector<std::unique_ptr<PathIndex>> indexes_;
  std::unique_ptr<UniqueKeyIndex> key_;  // null: there is no key
  // The database's encoding: where it is UTF-16, indexes order texts by its bytes, unlike the
  // engine.
  bool utf8_ = true;
  void make_tables();

  std::unique_ptr<PathDictionary> paths_;            // the writer's
  std::shared_ptr<const PathDictionary> published_;  // a copy for readers
  std::unique_ptr<ColumnRegistry> columns_;
  json::ValueNormalizer normalizer_;
  bool known_ = false;  // what follows, but perhaps for the state; else to be read
  std::unique_ptr<GenerationState> state_;  // null: to be made of the segments and these records
  std::vector<Record> records_;             // from the newest Base on; empty once the state is made
  std::uint64_t stored_trees_ = 0;          // after the newest of these records
  std::int64_t seq_ = 0;                    // of the newest stored record in the state
  std::int64_t seal_ = 0;                   // of the same
  std::int64_t time_ = 0;                   // and its time
  std::optional<unsigned> version_;         // the database's, which the state was found current in
  std::optional<unsigned> found_;           // what this transaction has begun with
  std::int64_t generation_ = 0;             // of the newest change, buffered ones included
  Counts counts_;                           // as the next Base would say
  // Changes that the state has and the log does not have yet. SQLite may say that storing a record
  // failed though it is stored: what is buffered then is stored once more, under the same seq.
  std::deque<Buffered> buffered_;
  // What a fold has left over segments, as it was then, to be logged before these. Not as it is by
  // now: what these put in a row's tree need not fit one that they replace it by later.
  std::vector<ReplacedRow> carried_;
  bool counts_due_ = false;    // a Counts record is to be written after these
  std::int64_t next_seq_ = 0;  // that storing the next record began with; 0: none yet
  bool settling_ = false;      // a change, a flush or a fold is under way
  bool torn_ = false;          // between the parts of a change; for good where it failed

  SavepointLevels savepoints_;
  StatementMark mark_;

  bool writing_ = false;               // between begin and commit
  bool locked_ = false;                // nobody else writes, and every rollback is told of
  std::int64_t write_generation_ = 0;  // what this transaction's changes make
  std::int64_t write_time_ = 0;        // and the time of that
  std::int64_t first_own_seq_ = 0;     // of this transaction's records; 0: none yet
  // Of this transaction's records, those that one of its states may begin with: they tell whether
  // what the tables hold is its work, or another table's that a rollback put back under the name.
  std::vector<std::int64_t> own_seals_;
  bool gap_due_ = true;                              // the next record leaves a random gap
  std::uint64_t own_added_ = 0, own_removed_ = 0;    // by this transaction
  std::uint64_t bulk_added_ = 0, bulk_removed_ = 0;  // of these, told by no record yet
  // Records [first, second) of the log that are left to be deleted.
  std::vector<std::pair<std::int64_t, std::int64_t>> purged_;

  std::shared_ptr<Snapshot> cached_;
  std::uint32_t rows_cut_ = 0;               // snapshots of some rows since the state changed
  std::shared_ptr<RowReaders> row_readers_;  // null: none yet
  const std::shared_ptr<RowReaders>& row_readers();
  std::vector<std::weak_ptr<Snapshot>> pins_;
  std::weak_ptr<Snapshot> older_;  // of the older generation that was asked for last

  bool unlogged() const {
    return !carried_.empty() || counts_due_ || !buffered_.empty() ||
           (key_ != nullptr && key_->waits());
  }
  std::int64_t following_seq();
  // Where the next record goes.
  // What this transaction logs of a generation that stood before, as of an index made for it,
  // leaves that one's time as it is.
  std::int64_t time_of_records() const {
    return generation_ == write_generation_ || time_ == 0 ? write_time_ : time_;
  }
  ChangeLog::Spot spot(std::int64_t seq) const {
    return {seq, generation_, time_of_records(), seal_};
  }
  void logged(std::int64_t seq, std::int64_t seal);  // the newest record is this one now

 private:
  void load();
  void make_state();
  bool catch_up();
  // Makes the state of a generation from the records of its base and after.
  std::unique_ptr<GenerationState> replay(std::vector<Record>& records, std::int64_t generation);
  void settle_generation(const std::vector<Record>& records);
  void note_record(const Record& record);
  bool knows_newest();
  void log_carried();
  void log_first();
  Counts counts(std::uint64_t added, std::uint64_t removed) const;
  void remove_own_records();
};

// The change of a row, in memory and tables. Where it fails SQLite as a rule undoes the statement,
// and tells of that; else the store is torn, and refuses all work, COMMIT's too, until a rollback.
class Store::Impl::Change {
 public:
  Change(Impl& store, std::int64_t rowid) : settling_(store.settling_), torn_(store.torn_) {
    if (store.mark_.known && store.has_indexes()) store.mark_.rowids.push_back(rowid);
    store.mark_.touched = true;
    torn_ = true;
  }
  void done() { torn_ = false; }

 private:
  Raised settling_;
  bool& torn_;
};

}  // namespace arbors::store
