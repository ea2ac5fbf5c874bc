// The kept-up index of a unique key: X_indexN(key, key2, …, rowid, value). A row stands under its
// key; where a search by its value would not find it there, also, with the complement of its rowid,
// under what a PathIndex has it under. `value` is the row's own value where there is such an entry.
// Entries may wait here for others, to be written together: settle() writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sql/tables/key_batches.h"
#include "sql/tables/keys_ahead.h"
#include "sql/tables/path_index.h"
#include "sql/tables/tree_key.h"

namespace arbors::store {

class UniqueKeyIndex {
 public:
  UniqueKeyIndex(sqlite3* db, const Names& names, std::int64_t number, KeyColumns columns);

  // Makes the table; gives its number, the first from `number` on that no table has.
  static std::int64_t create_table(sqlite3* db, const Names& names, std::int64_t number,
                                   const KeyColumns& columns);

  std::int64_t number() const { return paths_.number(); }
  const KeyColumns& columns() const { return columns_; }
  // Finds and walks rows by the first path, as any index; knows none that wait.
  PathIndex& paths() { return paths_; }

  struct Holder {
    std::int64_t rowid;
    TreeKey key;
  };
  // The row that has a key.
  std::optional<Holder> holder(const TreeKey& key);
  void add(const TreeKey& key, std::int64_t rowid);
  void remove(const TreeKey& key, std::int64_t rowid);
  // The same of a batch's keys; see key_batches.h.
  bool holds_any(KeyRun& keys, bool utf8);
  void add(KeyRun keys, std::size_t most);
  bool may_repeat() const { return batches_.may_repeat(); }
  void clear();
  bool waits() const { return !waiting_.empty() || batches_.waits(); }
  void settle();
  // A transaction begins, or what was done in it is undone: the table is not what it was.
  void forget();

  bool holds(const TreeKey& key, std::int64_t rowid);
  std::uint64_t entries() {
    settle();
    return paths_.entries();
  }
  static std::uint64_t entries_of(const TreeKey& key);

  struct Duplicate {
    std::vector<Value> values;
    std::int64_t first, last;  // rowids
  };
  std::vector<Duplicate> duplicates(std::size_t most);

 private:
  // An entry of a key that is one integer, or a real that is one, without others besides.
  struct Waiting {
    Value key;
    std::int64_t rowid;
  };

  void bind(Statement::Use& use, const TreeKey& key) const;
  void add_entry(const TreeKey& key, std::int64_t rowid, bool is_value);
  void read_ahead(std::int64_t key);
  void settle_rows();

  KeyColumns columns_;
  PathIndex paths_;
  Statement holder_, ahead_from_, add_, remove_, holds_, duplicates_;
  KeysAhead ahead_;
  std::vector<Waiting> waiting_;
  KeyBatches batches_;
};

}  // namespace arbors::store
