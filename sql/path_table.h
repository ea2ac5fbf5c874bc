// X_path: the path dictionary of an Arbor on disk, and which column each path has.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "sql/layout.h"
#include "sql/statement.h"

namespace arbors::store {

class PathTable {
 public:
  static constexpr std::int32_t kUndecided = 0;  // no scalar or array was seen there yet
  static constexpr std::int32_t kNever = -1;     // the name was taken, or there were too many

  PathTable(sqlite3* db, const Names& names);

  // Adds the stored paths from number `dictionary.size()` on, their columns to `columns` (one entry
  // a path). Throws Corrupt where they are not a dictionary.
  void read_new(PathDictionary& dictionary, std::vector<std::int32_t>& columns);
  // Counts the stored paths.
  std::size_t size();

  void add(const PathDictionary& dictionary, PathId path, std::int32_t column);
  void set_column(PathId path, std::int32_t column);

 private:
  std::string table_;
  Statement list_, last_, add_, set_column_;
};

}  // namespace arbors::store
