// The values of one row as xUpdate gives them: what an INSERT makes of them, what an UPDATE sets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/edit/merge_patch.h"
#include "ext/table/arbor_table.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// Scalars that take the place of others, by a patch and by columns.
struct ValuesSet {
  std::vector<json::PatchedScalar> patched;
  std::vector<store::PathJson> values;  // may point into `patched`
};

// Old rowid, new rowid, then the columns. SQLite marks
// those that an UPDATE leaves alone; before 3.41 not where it has a FROM: then they are told by
// what the row holds.
class NewRow {
 public:
  NewRow(const ArborTable& table, sqlite3_value** argv)
      : table_(table), argv_(argv), is_update_(sqlite3_value_type(argv[0]) != SQLITE_NULL) {
    if (is_update() && !is_marked()) before_ = table_.store->tree(old_rowid());
  }

  bool is_update() const { return is_update_; }
  std::int64_t old_rowid() const { return sqlite3_value_int64(argv_[0]); }
  std::optional<std::int64_t> rowid() const {
    if (!is_update() && sqlite3_value_type(argv_[1]) == SQLITE_NULL) return std::nullopt;
    if (sqlite3_value_numeric_type(argv_[1]) != SQLITE_INTEGER)
      throw Error(ErrorCode::Constraint, "datatype mismatch: a rowid is an integer");
    const std::int64_t rowid = sqlite3_value_int64(argv_[1]);
    if (rowid < 0)
      throw_invalid("cannot write rowid " + std::to_string(rowid) + " of " + table_.name +
                    ": a rowid is 0 or more");
    return rowid;
  }
  bool changed(int column) const {
    if (sqlite3_value_nochange(value(column)) != 0) return false;
    return !before_ || differs(column);
  }
  sqlite3_value* value(int column) const { return argv_[2 + column]; }

  void check_generation() const;
  void check_read_only_columns() const;
  std::optional<std::string> tree() const;
  // The merge patch where one was given.
  const std::optional<std::string>& patch() const;
  // Gives the tree with the columns set in it. `minimal`: the tree is minimal JSON text; stays so
  // where what is set surely is.
  std::string apply_columns(std::string tree, bool& minimal) const;
  // Lists the scalars that are set, where the row keeps its tree and rowid else and none becomes
  // NULL, which removes a key.
  std::optional<ValuesSet> values_set() const;

 private:
  std::string json_text(int column) const;
  const std::vector<int>& columns_set() const;
  std::vector<int> find_columns_set() const;
  bool is_object_text(int column) const;
  // 0 and 1 are stored as booleans in columns declared so, and where booleans stand.
  std::optional<bool> as_boolean(int column) const;
  bool is_marked() const;
  bool differs(int column) const;
  bool was_at(const Value& index) const;
  bool is_shallow(int column, std::string_view json) const;
  bool is_surely_minimal(int column, std::string_view json) const;
  std::optional<std::string> json_of(int column) const;
  std::optional<std::string> new_container(int column, std::string_view tree) const;
  bool replaces_boolean(int column, std::string_view tree) const;

  const ArborTable& table_;
  sqlite3_value** argv_;
  bool is_update_;
  mutable std::optional<std::string> patch_;  // minimal
  mutable bool patch_read_ = false;
  mutable std::optional<std::vector<int>> columns_set_;
  std::optional<std::string> before_;  // the row's tree, where SQLite does not mark what stays
};

// Throws Error{Invalid}: `which` names the generation.
[[noreturn]] void refuse_old_generation(const ArborTable& table, const std::string& which);

}  // namespace arbors::ext
