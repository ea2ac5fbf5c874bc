// Which paths are SQL columns: the declared ones, then found ones, each numbered for good when its
// path first held a scalar or an array; besides, hidden ones of paths that hold objects. Decides,
// remembers, and records in X_path.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/vectors/tag.h"
#include "sql/tables/options.h"
#include "sql/tables/path_table.h"

namespace arbors::store {

// A SQL column and the path behind it. Declared ones first, then found ones in the order in which
// their paths first held a scalar or an array.
struct Column {
  std::string name;
  Path path;
  std::string type;  // declared type, empty for none
  bool declared = false;
  PathId id = kNoPath;  // kNoPath while no tree has the path
};

class ColumnRegistry {
 public:
  explicit ColumnRegistry(const Options& options);

  // Reads the stored decisions into an empty registry; fills an empty dictionary.
  void read(PathTable& table, PathDictionary& dictionary);

  // Notes that a path holds values of these kinds; call it in order of first appearance.
  void see(const PathDictionary& dictionary, PathId path, batch::TagSet kinds);
  // Writes new paths and new decisions; false where there are none.
  bool record(PathTable& table, const PathDictionary& dictionary);

  // Paths below that number are recorded.
  std::size_t recorded() const { return recorded_; }
  // The seals of the recorded paths, combined by exclusive or.
  std::int64_t seal() const { return seal_; }
  // Another one whenever there may be other columns than before; no two registries share one.
  std::uint64_t version() const { return version_; }
  const std::vector<Column>& columns() const { return columns_; }
  // The hidden columns of paths that held objects alone so far, in order of first appearance, as
  // far as the visible ones leave names and room.
  const std::vector<Column>& object_columns(const PathDictionary& dictionary);

 private:
  void add_found(const PathDictionary& dictionary, PathId path);
  const std::unordered_set<std::string>& taken();
  void decide(const PathDictionary& dictionary, PathId path);
  void bind_declared(const PathDictionary& dictionary);

  bool found_columns_;
  std::uint64_t version_;
  std::unordered_set<std::string> taken_;  // names in lower case, up to column `named_`
  std::size_t named_ = 0;
  std::set<std::string> declared_paths_;  // texts
  std::vector<Column> columns_;
  std::size_t declared_ = 0;
  std::size_t bound_paths_ = 0;          // of the dictionary, looked through for declared columns
  std::vector<std::int32_t> column_of_;  // by path
  std::optional<std::vector<Column>> objects_;  // since the last decision
  std::size_t recorded_ = 0;
  std::int64_t seal_ = 0;
  std::map<PathId, std::int32_t> decided_;  // not recorded yet, and what they were before
};

}  // namespace arbors::store
