// One stored Arbor: the shadow tables of one (connection, schema, table). Writes make generations;
// reads are snapshots. All persistent state lives in the tables, so SQLite's transactions undo it;
// the state in memory is checked against the newest change record whenever it is used.
// One thread: the connection's. Errors: arbors::Error; after one thrown by a write, the caller
// rolls back (statement or savepoint) and calls rollback_to() or rollback().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/build/shared_paths.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/statistics.h"
#include "sql/access/savepoint.h"
#include "sql/batches/connection.h"
#include "sql/batches/encoded_batch.h"
#include "sql/state/snapshot.h"
#include "sql/state/tree_comparison.h"
#include "sql/tables/column_names.h"
#include "sql/tables/key_run.h"
#include "sql/tables/options.h"
#include "sql/tables/path_index.h"

namespace arbors::store {

struct GenerationInfo {
  std::int64_t generation = 0;
  std::int64_t time = 0;  // see sql/access/clock.h
  std::uint64_t trees = 0, added = 0, removed = 0;
  std::vector<std::string> tags;
  std::string_view kept;  // why: newest, age, tag, handle
};

// Everything known of one path over the current generation: of its trees as they are.
struct PathTotals {
  PathId path = kRootPath;
  batch::Statistics statistics;        // texts are bounded by the next two
  std::string text_min, text_max;      // values, or the beginnings of long ones and `…`
  std::uint64_t count = 0, nulls = 0;  // values present; JSON nulls among them
  std::uint64_t bytes = 0;             // stored bytes of its chunks
};

struct Totals {
  std::uint64_t trees = 0, batches = 0, bytes = 0;
  std::int64_t generation = 0;
  std::size_t columns = 0;
};

// What becomes of a tree whose key or rowid another one has: an error, a replacement, nothing, or
// the other tree with the new one as a merge patch.
enum class OnConflict : std::uint8_t { Error, Replace, Ignore, Merge };

struct Placed {
  enum class As : std::uint8_t { Added, Replaced, Ignored };
  std::int64_t rowid = 0;
  As as = As::Added;
};

// A value for a path of keys, JSON text.
struct PathJson {
  const Path* path;
  std::string json;
  bool keeps_boolean = false;  // 0 or 1, which is false or true where one of these stands
};

class Store {
 public:
  class Impl;  // store_impl.h

  // Creates the shadow tables of a new, empty Arbor (generation 0).
  static std::unique_ptr<Store> create(ConnectionPtr connection, std::string schema,
                                       std::string table, const Options& options);
  // Opens a stored Arbor. Throws Unsupported for a newer storage format, Corrupt for damaged
  // tables, NotFound where there is none.
  static std::unique_ptr<Store> open(ConnectionPtr connection, std::string schema,
                                     std::string table);
  // Lists the faults of a stored Arbor, also of one that open() refuses; see check().
  static std::vector<std::string> check(ConnectionPtr connection, std::string schema,
                                        std::string table);
  // Tells whether there is any of an Arbor's tables.
  static bool exists(sqlite3* db, std::string_view schema, std::string_view table);
  ~Store();

  void destroy();                         // drops the shadow tables; use the store no more
  void rename(const std::string& table);  // renames the shadow tables

  const std::string& schema() const;
  const std::string& table() const;
  const Options& options() const;
  bool is_utf8() const;  // the database, or in UTF-16: then BINARY orders texts by its bytes
  const ConnectionPtr& connection() const;
  const PathDictionary& paths();

  // Columns as stored; new ones are recorded by every write of whole batches, and for pending rows
  // by note_pending_columns() (arbor_sync). A column never changes its number or meaning.
  const std::vector<Column>& columns();
  // The hidden columns of paths that hold objects, as far as the visible ones leave names and room.
  const std::vector<Column>& object_columns();
  // Another one whenever either may be others than before; no two stores share one.
  std::uint64_t columns_version();
  // Both, of one state; they live until the store is asked for anything else.
  std::vector<const Column*> all_columns();
  bool note_pending_columns();  // true where new visible ones appeared

  // ---- reading -----------------------------------------------------------------------------
  std::int64_t generation();             // the current one, writes of this transaction included
  std::int64_t oldest_generation();      // the oldest readable one
  std::shared_ptr<Snapshot> snapshot();  // cheap: cached while nothing changed
  std::shared_ptr<Snapshot> snapshot(std::int64_t generation);  // NotFound names the oldest
  // A snapshot that holds these rows, as far as they are there, and perhaps all others.
  std::shared_ptr<Snapshot> snapshot_of(std::span<const std::int64_t> rowids);
  std::vector<GenerationInfo> history();  // readable generations, oldest first
  // The generation that a number, a tag, a time value of SQLite's or a modifier of now means.
  // NotFound where it is gone, which names the oldest readable one, and for a tag that is none.
  std::int64_t generation_of(const Value& when);
  // The trees in which two readable generations differ.
  std::unique_ptr<TreeComparison> difference(std::int64_t from, std::int64_t to);
  std::uint64_t trees();
  Totals totals();
  std::vector<PathTotals> path_totals();
  std::vector<std::string> check();  // faults, one sentence each; empty: none

  // ---- options (store_options.cpp) -----------------------------------------------------------
  // Change an option of an Arbor that stands; Error{Invalid} for a value that it cannot have.
  void set_batch_trees(std::int64_t trees);
  void set_retain(std::int64_t generations);
  void set_retain_for(const std::string& modifier);  // empty: none
  // Makes paths the unique key (tree_key.h); empty: takes it away. A tree without such a key or a
  // second one with the same: Error{Constraint}.
  void set_key(const std::string& paths);
  bool has_key();
  // The keys of a batch's trees, for append(); nullopt where one has none, or one that is there
  // already or comes twice. Its paths are numbered in writable_paths(), which others may still
  // share.
  std::optional<KeyRun> new_keys(const std::shared_ptr<const batch::BuiltBatch>& batch,
                                 const batch::SharedPaths& shared);

  // ---- kept-up indexes -----------------------------------------------------------------------
  // Error{Constraint} where there is one already, Error{Invalid} for a path with an [n].
  void create_index(const Path& path);
  bool drop_index(const Path& path);  // false where there is none
  bool has_index(const Path& path);
  // The rowids, ascending, of the state that a snapshot gives now, under keys of these ranges;
  // nullopt where there is no such index, or more than `most` entries.
  std::optional<std::vector<std::int64_t>> find_by_index(const Path& path,
                                                         std::span<const KeyRange> ranges,
                                                         std::size_t most);
  // The rows under the index's keys that follow `last` in the search's order; see exec::KeyOrder.
  // The ranges ascend and do not overlap.
  std::optional<exec::KeyRun> walk_index(const plan::IndexSearch& search, const Value* last,
                                         std::size_t wanted, std::size_t most);

  // ---- writing -----------------------------------------------------------------------------
  // Checks a tree (Error{Invalid} for malformed JSON) and adds it at the end. An explicit rowid
  // that is taken: Error{Constraint}.
  std::int64_t insert(std::string_view tree, std::optional<std::int64_t> rowid = std::nullopt);
  // The same where a tree with its key or rowid may be there: what replaces one with the same key
  // takes its rowid and place, unless it comes with another rowid; what has a rowid and a key that
  // others have removes both.
  Placed place(std::string_view tree, std::optional<std::int64_t> rowid, OnConflict on_conflict);
  bool erase(std::int64_t rowid);  // false where there is none
  // Keeps the row's place; false where there is no such row.
  // Where another row has its key: Error{Constraint}, or that one is removed.
  bool replace(std::int64_t rowid, std::string_view tree,
               OnConflict on_conflict = OnConflict::Error);
  // The same with minimal JSON text, which is not checked: a tree of this Arbor with scalars set.
  // `before`: the row's tree; empty where the caller does not know it.
  bool replace_minimal(std::int64_t rowid, std::string_view tree,
                       OnConflict on_conflict = OnConflict::Error, std::string_view before = {});
  // Gives a value's minimal JSON text. Throws Error{Invalid}.
  std::string normalized(std::string_view json);
  // Puts values in the place of others in a row's tree, which costs less than replacing the tree.
  // False, and nothing done, where that does not say it all: there is no such row, a value, old or
  // new, is an object or array or not there, an index on what is above would change, or the key.
  bool set(std::int64_t rowid, std::span<const PathJson> values);
  // Moves a row to another rowid besides (UPDATE … SET rowid = …).
  bool replace(std::int64_t rowid, std::string_view tree, std::int64_t new_rowid,
               OnConflict on_conflict = OnConflict::Error);
  bool contains(std::int64_t rowid);
  std::optional<std::uint64_t> position(std::int64_t rowid);
  // How many rows the statement under way has removed, or moved to the end: so many places at most
  // are rows before where its scan saw them.
  std::uint64_t erased_by_statement() const;
  std::optional<std::string> tree(std::int64_t rowid);  // its current JSON text

  // Adds a whole batch at the end, none of whose keys is there. `shared`: its builders may still
  // intern paths meanwhile. `keys`: what new_keys() gave last, and has looked up.
  void append(const EncodedBatch& batch, const batch::SharedPaths* shared = nullptr,
              std::optional<KeyRun> keys = std::nullopt);
  void insert_at(std::uint64_t position, const EncodedBatch& batch);
  void clear();  // removes every tree; followed by append(): replaces all in one generation

  // Around each row that a statement writes: where one fails, undo_statement() takes back the rows
  // before it, as SQLite does for most statements, but not for all. Where that is no longer
  // possible the store refuses all work until a rollback.
  void enter_row();
  void leave_row();
  void fail_row();  // instead of leave_row()
  void undo_statement();
  // The generation that was the newest when the statement of the row under way began.
  std::int64_t statement_generation() const;

  // Names a readable generation (the newest), which stays readable until untag(); gives it.
  // Error{Constraint} for a tag that is taken, Error{Invalid} for what is no word.
  std::int64_t tag(const std::string& tag, const std::optional<Value>& when);
  bool untag(const std::string& tag);  // false where there is none

  // Makes the Arbor what it was in a readable generation, rowids and positions included, and gives
  // the number of trees that this changes. Error{Constraint} where a key forbids what was then.
  std::uint64_t restore(std::int64_t generation);

  void fold_pending();                           // writes pending trees as batches
  void optimize();                               // merges small batches and pending rows
  std::uint64_t vacuum(std::uint32_t keep = 0);  // returns bytes freed

  // The dictionary that builders of batches for append() intern paths in (through SharedPaths):
  // the store's own copy, which snapshots do not see. What is new is recorded by append().
  PathDictionary& writable_paths();

  // ---- the virtual table's transaction hooks ------------------------------------------------
  // The database is locked for writing from here to commit() or rollback(). Does little where that
  // is so already.
  void begin();
  // From here to the next begin() SQLite may roll back what it does not tell this table of.
  void unlock();
  void sync();  // folds what is due, writes what is buffered
  void commit();
  void rollback();
  void savepoint(int n);
  void release(int n);
  void rollback_to(int n);

 private:
  friend class WriteScope;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Makes writes that come from outside the hooks (functions, imports) one atomic change: a
// savepoint, released by done(), rolled back where it is not reached. Where no hook has begun a
// transaction, it is one, and a generation, of its own.
class WriteScope {
 public:
  explicit WriteScope(Store& store, Savepoint::Drops drops = Savepoint::Drops::Nothing);
  ~WriteScope();
  void done();

 private:
  Store& store_;
  std::optional<Savepoint> change_;  // empty once it is kept
  bool began_ = false;               // no hook had begun a transaction: this scope ends it
};

}  // namespace arbors::store
