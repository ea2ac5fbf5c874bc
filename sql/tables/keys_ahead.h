// Entries of a unique key's index that were read ahead: whoever writes trees in the order of their
// keys asks for one after another, and each look-up of its own would cost as much as a row's
// logging. Keys that are integers alone. Valid within one transaction, as long as it is told of
// every change.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/value.h"

namespace arbors::store {

class KeysAhead {
 public:
  struct Entry {
    std::int64_t key, rowid;
    std::optional<Value> first;  // the tree's own value, where it is another
  };

  // Tells that a key is looked up; true where as many before it came in ascending order that
  // reading ahead from there should pay.
  bool ascends(std::int64_t key);
  // Tells whether all entries of a key are known.
  bool covers(std::int64_t key) const { return key >= low_ && key <= high_; }
  const Entry* find(std::int64_t key) const;  // nullptr: it has none

  // Begins with a key, of which all entries are known then; in ascending order come others.
  void start(std::int64_t key);
  void append(Entry entry);
  void end() { high_ = INT64_MAX; }  // no integer is greater

  // Tells whether an entry of a key that is added would be the last that is known.
  bool takes(std::int64_t key) const;
  void forget();

 private:
  std::vector<Entry> entries_;  // of the keys from low_ to high_
  std::int64_t low_ = 0, high_ = -1;
  std::int64_t last_ = INT64_MAX;  // that was looked up
  unsigned ascending_ = 0;         // of these in a row
};

}  // namespace arbors::store
