// X_path: the path dictionary of an Arbor on disk, and which column each path has.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "sql/access/statement.h"
#include "sql/tables/layout.h"

namespace arbors::store {

class PathTable {
 public:
  static constexpr std::int32_t kUndecided = 0;  // nothing was seen there yet
  static constexpr std::int32_t kNever = -1;     // the name was taken, or there were too many
  static constexpr std::int32_t kObjects = -2;   // objects were seen there, and nothing else

  PathTable(sqlite3* db, const Names& names);

  // Reads the stored paths into an empty dictionary, and the column of each; returns all seals
  // combined. Throws Corrupt where they are not a dictionary.
  std::int64_t read(PathDictionary& dictionary, std::vector<std::int32_t>& columns);
  // Names the rows that fail their seals; returns all seals combined.
  std::int64_t check(const std::function<void(std::string)>& fault);

  void add(const PathDictionary& dictionary, PathId path, std::int32_t column);
  void set_column(const PathDictionary& dictionary, PathId path, std::int32_t column);

  // What stands in a path's row. Those of all rows, combined by exclusive or, are in the log.
  static std::int64_t seal(const PathDictionary& dictionary, PathId path, std::int32_t column);

 private:
  static bool seal_holds(const Statement::Use& row);

  std::string table_;
  std::string quoted_;  // as SQL names the stored table
  Statement list_, add_, set_column_;
};

}  // namespace arbors::store
