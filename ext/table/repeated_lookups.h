// Look-ups that a statement repeats: how often a table is filtered in the same words, and the hash
// table that this has become worth. Shared by the table's cursors, for SQLite opens another each
// time that a correlated subquery runs; gone with the last of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/query/key_lookup.h"
#include "sql/state/snapshot.h"

namespace arbors::ext {

class RepeatedLookups {
 public:
  // Of one scan's words.
  struct Lookup {
    std::uint64_t found_by_index = 0;    // rows, and some for each search
    std::optional<bool> beats_an_index;  // once the index has cost as much as a table would

    std::shared_ptr<store::Snapshot> snapshot;  // of what follows
    std::uint32_t filters = 0;
    std::vector<int> arguments;  // what the table is looked up by
    std::optional<exec::KeyLookup> table;
  };

  static std::shared_ptr<RepeatedLookups> shared(std::weak_ptr<RepeatedLookups>& by_table);

  // Lives as long as this does.
  Lookup& of(const std::string& words) { return by_words_[words]; }

 private:
  std::map<std::string, Lookup> by_words_;
};

}  // namespace arbors::ext
