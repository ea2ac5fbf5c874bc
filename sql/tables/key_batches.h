// The keys of whole batches on their way into the index of a unique key. They wait for each other,
// to be written together in the index's order: then its pages fill one by one, and each is written
// once. Which keys are there already is told by their hashes, as far as these are known; others are
// looked up in the table, many by one statement. What rows write one by one must be there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sql/access/statement.h"
#include "sql/tables/key_hashes.h"
#include "sql/tables/key_run.h"

namespace arbors::store {

class KeyBatches {
 public:
  // Of an index of so many parts in a table.
  KeyBatches(sqlite3* db, const std::string& table, std::size_t parts);

  // Tells whether one of a batch's keys is there, or comes twice. `utf8`: the database is in UTF-8,
  // and so the table in the order of the keys' bytes.
  bool holds_any(KeyRun& keys, bool utf8);
  // Adds a batch's entries, of which about so many bytes wait at most. They were asked for above,
  // or all are added to a new index, of which nobody asks before the end.
  void add(KeyRun keys, std::size_t most);
  bool waits() const { return !runs_.empty(); }
  void write();
  void forget();

  // Tells whether two of the keys that were added to a new index may be the same.
  bool may_repeat() const { return may_repeat_; }
  // Tells whether a key is surely not there.
  bool lacks(const TreeKey& key) const;
  void note(const TreeKey& key);  // somebody else has added it

 private:
  class Writer;

  void begin_to_hash();
  bool finds_between(const KeyRun& keys);
  bool finds_any(const KeyRun& keys);
  bool finds_one_of(std::span<const std::vector<Value>> keys);
  void add_hashes(const std::vector<std::uint64_t>& hashes, std::size_t most);

  std::size_t parts_;
  Statement add_, add_together_, any_, between_, one_, one_of_;
  std::vector<KeyRun> runs_;
  std::size_t held_ = 0;  // bytes of these
  // Hashes of the keys in runs_, where `knows_all_` of all that are there.
  KeyHashes hashes_;
  bool hashes_keys_ = false, knows_all_ = false;
  bool has_written_ = false, may_repeat_ = false;
};

}  // namespace arbors::store
