#include "ext/update.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "engine/json/edit.h"
#include "engine/json/json_value.h"
#include "engine/json/merge_patch.h"
#include "engine/json/normalizer.h"
#include "engine/json/writer.h"
#include "ext/arbor_table.h"
#include "ext/guard.h"
#include "ext/sql_value.h"
#include "ext/statements.h"
#include "sql/tables/path_index.h"

namespace arbors::ext {
namespace {

// Scalars that take the place of others, by a patch and by columns.
struct ValuesSet {
  std::vector<json::PatchedScalar> patched;
  std::vector<store::PathJson> values;  // may point into `patched`
};

// The values of one row as xUpdate gives them: old rowid, new rowid, then the columns. SQLite marks
// those that an UPDATE leaves alone; before 3.41 not where it has a FROM: then they are told by
// what the row holds.
class NewRow {
 public:
  NewRow(const ArborTable& table, sqlite3_value** argv) : table_(table), argv_(argv) {
    if (is_update() && !is_marked()) before_ = table_.store->tree(old_rowid());
  }

  bool is_update() const { return sqlite3_value_type(argv_[0]) != SQLITE_NULL; }
  std::int64_t old_rowid() const { return sqlite3_value_int64(argv_[0]); }
  std::optional<std::int64_t> rowid() const {
    if (!is_update() && sqlite3_value_type(argv_[1]) == SQLITE_NULL) return std::nullopt;
    if (sqlite3_value_numeric_type(argv_[1]) != SQLITE_INTEGER)
      throw Error(ErrorCode::Constraint, "datatype mismatch: a rowid is an integer");
    return sqlite3_value_int64(argv_[1]);
  }
  bool changed(int column) const {
    if (sqlite3_value_nochange(value(column)) != 0) return false;
    return !before_ || differs(column);
  }
  sqlite3_value* value(int column) const { return argv_[2 + column]; }

  void check_read_only_columns() const;
  std::optional<std::string> tree() const;
  // The merge patch where one was given.
  std::optional<std::string> patch() const;
  // Gives the tree with the columns set in it. `minimal`: the tree is minimal JSON text; stays so
  // where what is set surely is.
  std::string apply_columns(std::string tree, bool& minimal) const;
  // Lists the scalars that are set, where the row keeps its tree and rowid else and none becomes
  // NULL, which removes a key.
  std::optional<ValuesSet> values_set() const;

 private:
  std::string json_text(int column) const;
  std::vector<int> columns_set() const;
  bool is_object_text(int column) const;
  bool is_marked() const;
  bool differs(int column) const;
  bool is_surely_minimal(int column, std::string_view json) const;
  std::optional<std::string> json_of(int column) const;
  bool replaces_container(int column, std::string_view tree) const;

  const ArborTable& table_;
  sqlite3_value** argv_;
  std::optional<std::string> before_;  // the row's tree, where SQLite does not mark what stays
};

// No statement but an UPDATE … FROM sets all that is hidden.
bool NewRow::is_marked() const {
  using Hidden = ArborTable::Hidden;
  return std::ranges::any_of(
      std::array{Hidden::Tree, Hidden::Index, Hidden::Generation},
      [&](Hidden hidden) { return sqlite3_value_nochange(value(table_.hidden(hidden))) != 0; });
}

// Compares a column with what the row holds. The generation may have been read before the first
// change of the transaction; rows that get other rowids move to the end, and so shift the others.
bool NewRow::differs(int column) const {
  const Value given = to_value(value(column));
  Value known;
  if (table_.is_data(column)) {
    known = store::path_value(*before_, table_.columns[static_cast<std::size_t>(column)].path);
  } else if (column == table_.hidden(ArborTable::Hidden::Tree)) {
    known = Value::of(*before_);
  } else if (column == table_.hidden(ArborTable::Hidden::Index)) {
    if (rowid() != old_rowid()) return false;
    known = Value::of(static_cast<std::int64_t>(*table_.store->position(old_rowid())));
  } else if (column == table_.hidden(ArborTable::Hidden::Generation)) {
    const std::int64_t newest = table_.store->generation();
    known = Value::of(given.integer < newest ? newest - 1 : newest);
  }
  if (given.is_text() && known.is_text()) return given.text != known.text;
  return given.kind != known.kind || compare(given, known) != 0;
}

// Refuses values for what the Arbor itself decides.
void NewRow::check_read_only_columns() const {
  using Hidden = ArborTable::Hidden;
  for (const Hidden hidden : {Hidden::Index, Hidden::Generation}) {
    const int column = table_.hidden(hidden);
    if (changed(column) && sqlite3_value_type(value(column)) != SQLITE_NULL)
      throw_invalid("cannot write " + table_.name + "." + table_.column_name(column) +
                    ": it is read-only");
  }
  const int name = table_.hidden(Hidden::Name);
  if (table_.has_name_column && changed(name) && sqlite3_value_type(value(name)) != SQLITE_NULL)
    throw_invalid("cannot write the column " + table_.name + "." + table_.name +
                  ": it only stands before MATCH");
}

// The whole tree where one was given.
std::optional<std::string> NewRow::tree() const {
  const int column = table_.hidden(ArborTable::Hidden::Tree);
  if (!changed(column)) return std::nullopt;
  if (sqlite3_value_type(value(column)) == SQLITE_NULL) {
    if (is_update()) throw_invalid("cannot set _tree to NULL; the JSON null is 'null'");
    return std::nullopt;
  }
  if (patch()) throw_invalid("_tree and _patch cannot be set together: a patch changes the tree");
  return json_text(column);
}

std::optional<std::string> NewRow::patch() const {
  const int column = table_.hidden(ArborTable::Hidden::Patch);
  if (!changed(column) || sqlite3_value_type(value(column)) == SQLITE_NULL) return std::nullopt;
  try {
    return json::normalize(json_text(column));
  } catch (const Error& error) {
    throw Error(error.code(), std::string("_patch: ") + error.what());
  }
}

// The JSON that a hidden column was given.
std::string NewRow::json_text(int column) const {
  std::optional<std::string> json = json_argument(value(column));
  if (!json && sqlite3_value_type(value(column)) == SQLITE_BLOB)
    throw_invalid(table_.column_name(column) +
                  " takes JSON as a text or as JSONB, which this blob is not");
  if (json) return *std::move(json);
  // A number is JSON text by SQLite's conversion.
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value(column)));
  if (text == nullptr) throw std::bad_alloc();
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value(column)))};
}

// Tells whether minimal JSON text is an object or array.
bool opens_container(std::string_view json) {
  return !json.empty() && (json.front() == '{' || json.front() == '[');
}

// Tells whether a column of objects is given the text of one.
bool NewRow::is_object_text(int column) const {
  if (!table_.columns[static_cast<std::size_t>(column)].object ||
      sqlite3_value_type(value(column)) != SQLITE_TEXT)
    return false;
  try {
    return json::normalize(to_value(value(column)).text).front() == '{';
  } catch (const Error&) {
    return false;  // a text like any other
  }
}

// Lists the columns that are set, in their order, but for those set to objects, which come before
// what is inside them.
std::vector<int> NewRow::columns_set() const {
  std::vector<int> set, objects;
  for (int column = 0; table_.is_data(column); ++column) {
    if (!is_update() && sqlite3_value_type(value(column)) == SQLITE_NULL) continue;  // makes no key
    if (changed(column)) set.push_back(column);
  }
  const auto path = [this](int column) -> const std::vector<PathStep>& {
    return table_.columns[static_cast<std::size_t>(column)].path.steps;
  };
  const auto holds = [&](int outer, int inner) {
    return path(outer).size() < path(inner).size() &&
           std::ranges::equal(path(outer), std::span(path(inner)).first(path(outer).size()));
  };
  std::ranges::copy_if(set, std::back_inserter(objects), [this](int column) {
    return sqlite3_value_type(value(column)) == SQLITE_TEXT &&
           *sqlite3_value_text(value(column)) == '{';
  });
  std::ranges::stable_sort(objects, {}, [&](int column) { return path(column).size(); });
  for (const int object : objects) {
    const auto inside =
        std::ranges::find_if(set, [&](int column) { return holds(object, column); });
    const auto at = std::ranges::find(set, object);
    if (inside < at) std::rotate(inside, at, at + 1);
  }
  return set;
}

// What a column's value is as JSON; nothing for NULL, which makes no key.
std::optional<std::string> NewRow::json_of(int column) const {
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  sqlite3_value* raw = value(column);
  if (sqlite3_value_type(raw) == SQLITE_TEXT && sqlite3_value_subtype(raw) == kJsonSubtype)
    return to_value(raw).text;
  const Value converted = apply_affinity(to_value(raw), home.affinity);
  std::string json;
  switch (converted.kind) {
    case ValueKind::Null:
      return std::nullopt;
    case ValueKind::Integer:
      json::write_integer(json, converted.integer);
      break;
    case ValueKind::Real:
      json::write_real(json, converted.real);
      break;
    case ValueKind::Text:
    case ValueKind::Json:
      json::write_string(json, converted.text);
      break;
    case ValueKind::Blob:
      throw_invalid("cannot write a blob to " + table_.name + "." + home.name +
                    ": JSON has no blobs");
  }
  return json;
}

// Tells whether a text takes the place of an array or object and is one: SQLite drops the mark of
// JSON where it gathers the rows of an UPDATE first, and `SET tags = tags` must change nothing.
bool NewRow::replaces_container(int column, std::string_view tree) const {
  if (sqlite3_value_type(value(column)) != SQLITE_TEXT) return false;
  const auto& steps = table_.columns[static_cast<std::size_t>(column)].path.steps;
  if (!opens_container(json::find_raw(tree, steps))) return false;
  try {
    return opens_container(json::normalize(to_value(value(column)).text));
  } catch (const Error&) {
    return false;  // a text like any other
  }
}

// Tells whether json_of() wrote minimal JSON text that need not be checked: a number, or a text in
// ASCII. Others, and new keys, may be no UTF-8; a deep path would have to be counted.
bool NewRow::is_surely_minimal(int column, std::string_view json) const {
  constexpr std::size_t kShallow = 64;
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  return sqlite3_value_subtype(value(column)) != kJsonSubtype &&
         home.path.steps.size() <= kShallow && std::ranges::all_of(home.name, is_ascii) &&
         std::ranges::all_of(json, is_ascii);
}

std::string NewRow::apply_columns(std::string tree, bool& minimal) const {
  // A tree that was given is not checked yet; one that was read is.
  const bool stored = is_update() && !changed(table_.hidden(ArborTable::Hidden::Tree));
  minimal = stored;
  for (const int column : columns_set()) {
    const bool container = is_object_text(column) || (stored && replaces_container(column, tree));
    const std::optional<std::string> json =
        container ? to_value(value(column)).text : json_of(column);
    minimal = minimal && !container && is_surely_minimal(column, json.value_or(""));
    tree =
        json::with_value(tree, table_.columns[static_cast<std::size_t>(column)].path.steps, json);
  }
  return tree;
}

std::optional<ValuesSet> NewRow::values_set() const {
  if (changed(table_.hidden(ArborTable::Hidden::Tree)) || rowid() != old_rowid())
    return std::nullopt;
  ValuesSet set;
  if (const auto patch = this->patch()) {
    auto patched = json::patched_scalars(*patch);
    if (!patched) return std::nullopt;
    set.patched = *std::move(patched);
    for (const json::PatchedScalar& scalar : set.patched)
      set.values.push_back({&scalar.path, scalar.json});
  }
  for (const int column : columns_set()) {
    const Path& path = table_.columns[static_cast<std::size_t>(column)].path;
    std::optional<std::string> json = json_of(column);
    if (!json || is_object_text(column)) return std::nullopt;
    std::erase_if(set.values, [&](const store::PathJson& value) { return *value.path == path; });
    set.values.push_back({&path, *std::move(json)});
  }
  return set;
}

void insert_row(ArborTable& table, const NewRow& row, sqlite3_int64* rowid) {
  bool minimal = false;
  std::optional<std::string> given = row.tree();
  if (const auto patch = row.patch()) given = json::merge_patch({}, *patch);
  const std::string tree = row.apply_columns(std::move(given).value_or("{}"), minimal);
  const std::optional<std::int64_t> wanted = row.rowid();
  if (wanted && table.store->contains(*wanted)) {
    const int conflict = sqlite3_vtab_on_conflict(table.session->db());
    if (conflict == SQLITE_REPLACE) table.store->erase(*wanted);
  }
  *rowid = table.store->insert(tree, wanted);
}

void update_row(ArborTable& table, const NewRow& row, sqlite3_int64* rowid) {
  const std::int64_t old_rowid = row.old_rowid();
  const std::int64_t new_rowid = row.rowid().value_or(old_rowid);
  *rowid = new_rowid;
  if (const auto set = row.values_set(); set && table.store->set(old_rowid, set->values)) return;
  std::optional<std::string> tree = row.tree();
  if (!tree) tree = table.store->tree(old_rowid);
  if (!tree) throw Error(ErrorCode::Constraint, "no such row: " + std::to_string(old_rowid));
  if (const auto patch = row.patch()) tree = json::merge_patch(*tree, *patch);
  bool minimal = false;
  std::string changed = row.apply_columns(std::move(*tree), minimal);
  if (new_rowid != old_rowid && table.store->contains(new_rowid) &&
      sqlite3_vtab_on_conflict(table.session->db()) == SQLITE_REPLACE)
    table.store->erase(new_rowid);
  if (new_rowid != old_rowid)
    table.store->replace(old_rowid, changed, new_rowid);
  else if (minimal)
    table.store->replace_minimal(old_rowid, std::move(changed));
  else
    table.store->replace(old_rowid, changed);
}

}  // namespace

int arbor_update(sqlite3_vtab* base, int argc, sqlite3_value** argv, sqlite3_int64* rowid) {
  auto& table = *static_cast<ArborTable*>(base);
  return guarded(&table.zErrMsg, [&] {
    const InsertRowidKept kept(table.session->db());
    const HostLimits::Watch watch(table.session->limits());
    if (argc == 1) {
      table.store->erase(sqlite3_value_int64(argv[0]));
      return SQLITE_OK;
    }
    const NewRow row(table, argv);
    row.check_read_only_columns();
    if (row.is_update()) {
      update_row(table, row, rowid);
    } else {
      insert_row(table, row, rowid);
    }
    return SQLITE_OK;
  });
}

}  // namespace arbors::ext
