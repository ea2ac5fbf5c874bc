#include "ext/module/new_row.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "engine/json/edit/edit.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"
#include "ext/host/sql_value.h"
#include "sql/tables/path_index.h"

namespace arbors::ext {
namespace {

// Tells whether minimal JSON text is an object or array.
bool opens_container(std::string_view json) {
  return !json.empty() && (json.front() == '{' || json.front() == '[');
}

constexpr std::size_t kShallow = 64;  // levels that need not be counted

}  // namespace

void refuse_old_generation(const ArborTable& table, const std::string& which) {
  throw_invalid("cannot write " + which + " of " + table.name +
                ": it is read-only, as all are but the newest, " +
                std::to_string(table.store->generation()));
}

// No statement but an UPDATE … FROM sets all that is hidden.
bool NewRow::is_marked() const {
  using Hidden = ArborTable::Hidden;
  return std::ranges::any_of(
      std::array{Hidden::Tree, Hidden::Index, Hidden::Generation},
      [&](Hidden hidden) { return sqlite3_value_nochange(value(table_.hidden(hidden))) != 0; });
}

// Tells whether a position may be the one at which the statement's scan saw the row. Rows that get
// other rowids move to the end, and those that a conflict removes are gone: others move up.
bool NewRow::was_at(const Value& index) const {
  if (rowid() != old_rowid()) return true;
  const auto now = static_cast<std::int64_t>(*table_.store->position(old_rowid()));
  const auto most = now + static_cast<std::int64_t>(table_.store->erased_by_statement());
  return index.kind == ValueKind::Integer && index.integer >= now && index.integer <= most;
}

// Compares a column with what the row holds.
bool NewRow::differs(int column) const {
  const Value given = to_value(value(column));
  Value known;
  if (table_.is_data(column)) {
    known = store::path_value(*before_, table_.columns[static_cast<std::size_t>(column)].path);
  } else if (column == table_.hidden(ArborTable::Hidden::Tree)) {
    known = Value::of(*before_);
  } else if (column == table_.hidden(ArborTable::Hidden::Index)) {
    return !was_at(given);
  } else if (column == table_.hidden(ArborTable::Hidden::Generation)) {
    known = Value::of(table_.store->statement_generation());
  }
  if (given.is_text() && known.is_text()) return given.text != known.text;
  return given.kind != known.kind || compare(given, known) != 0;
}

// Refuses rows of an older generation: their scan tells it though the UPDATE does not set it.
void NewRow::check_generation() const {
  const int column = table_.hidden(ArborTable::Hidden::Generation);
  if (!is_update() || !changed(column)) return;
  const Value given = to_value(value(column));
  if (given.kind == ValueKind::Integer && given.integer < table_.store->statement_generation())
    refuse_old_generation(table_, "generation " + std::to_string(given.integer));
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

const std::optional<std::string>& NewRow::patch() const {
  if (patch_read_) return patch_;
  const int column = table_.hidden(ArborTable::Hidden::Patch);
  if (changed(column) && sqlite3_value_type(value(column)) != SQLITE_NULL) {
    try {
      patch_ = table_.store->normalized(json_text(column));
    } catch (const Error& error) {
      throw Error(error.code(), std::string("_patch: ") + error.what());
    }
  }
  patch_read_ = true;
  return patch_;
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
std::vector<int> NewRow::find_columns_set() const {
  std::vector<int> set, objects;
  const int columns = static_cast<int>(table_.columns.size());
  if (is_update()) {
    for (int column = 0; column < columns; ++column)
      if (changed(column)) set.push_back(column);
  } else {
    for (int column = 0; column < columns; ++column)  // a NULL makes no key
      if (sqlite3_value_type(value(column)) != SQLITE_NULL) set.push_back(column);
  }
  if (set.size() < 2) return set;
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

const std::vector<int>& NewRow::columns_set() const {
  if (!columns_set_) columns_set_ = find_columns_set();
  return *columns_set_;
}

std::optional<bool> NewRow::as_boolean(int column) const {
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  const Value given = apply_affinity(to_value(value(column)), home.affinity);
  if (given.kind != ValueKind::Integer || (given.integer | 1) != 1) return std::nullopt;
  return given.integer == 1;
}

// What a column's value is as JSON; nothing for NULL, which makes no key.
std::optional<std::string> NewRow::json_of(int column) const {
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  sqlite3_value* raw = value(column);
  if (sqlite3_value_type(raw) == SQLITE_TEXT && sqlite3_value_subtype(raw) == kJsonSubtype)
    return to_value(raw).text;
  if (home.boolean)
    if (const auto boolean = as_boolean(column)) return *boolean ? "true" : "false";
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

// The minimal text of an array or object that takes the place of another: SQLite drops the mark of
// JSON where it gathers the rows of an UPDATE first, and `SET tags = tags` must change nothing.
std::optional<std::string> NewRow::new_container(int column, std::string_view tree) const {
  if (sqlite3_value_type(value(column)) != SQLITE_TEXT) return std::nullopt;
  const auto& steps = table_.columns[static_cast<std::size_t>(column)].path.steps;
  if (!opens_container(json::find_raw(tree, steps))) return std::nullopt;
  try {
    std::string json = table_.store->normalized(to_value(value(column)).text);
    if (opens_container(json)) return json;
  } catch (const Error&) {
    // a text like any other
  }
  return std::nullopt;
}

bool NewRow::replaces_boolean(int column, std::string_view tree) const {
  const auto& steps = table_.columns[static_cast<std::size_t>(column)].path.steps;
  const std::string_view raw = json::find_raw(tree, steps);
  return raw == "true" || raw == "false";
}

// Tells whether json_of() wrote minimal JSON text that need not be checked: a number, or a text in
// ASCII. Others, and new keys, may be no UTF-8; a deep path would have to be counted.
bool NewRow::is_surely_minimal(int column, std::string_view json) const {
  const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  return sqlite3_value_subtype(value(column)) != kJsonSubtype &&
         home.path.steps.size() <= kShallow && std::ranges::all_of(home.name, is_ascii) &&
         std::ranges::all_of(json, is_ascii);
}

// Tells whether minimal text surely is not too deep where the column stands.
bool NewRow::is_shallow(int column, std::string_view json) const {
  const auto brackets = std::ranges::count(json, '[') + std::ranges::count(json, '{');
  return static_cast<std::size_t>(brackets) <= kShallow &&
         table_.columns[static_cast<std::size_t>(column)].path.steps.size() <= kShallow;
}

std::string NewRow::apply_columns(std::string tree, bool& minimal) const {
  // A tree that was given is not checked yet; one that was read is.
  const bool stored = is_update() && !changed(table_.hidden(ArborTable::Hidden::Tree));
  minimal = stored;
  for (const int column : columns_set()) {
    const bool object = is_object_text(column);
    std::optional<std::string> json;
    if (stored && !object) json = new_container(column, tree);
    const bool container = json.has_value();
    if (!json) json = object ? to_value(value(column)).text : json_of(column);
    if (const auto boolean = stored ? as_boolean(column) : std::nullopt)
      if (replaces_boolean(column, tree)) json = *boolean ? "true" : "false";
    minimal = minimal && (container ? is_shallow(column, *json)
                                    : !object && is_surely_minimal(column, json.value_or("")));
    tree =
        json::with_value(tree, table_.columns[static_cast<std::size_t>(column)].path.steps, json);
  }
  return tree;
}

std::optional<ValuesSet> NewRow::values_set() const {
  if (changed(table_.hidden(ArborTable::Hidden::Tree)) || rowid() != old_rowid())
    return std::nullopt;
  ValuesSet set;
  if (const auto& patch = this->patch()) {
    auto patched = json::patched_scalars(*patch);
    if (!patched) return std::nullopt;
    set.patched = *std::move(patched);
    for (const json::PatchedScalar& scalar : set.patched)
      set.values.push_back({&scalar.path, scalar.json});
  }
  for (const int column : columns_set()) {
    const TableColumn& home = table_.columns[static_cast<std::size_t>(column)];
    const Path& path = home.path;
    std::optional<std::string> json = json_of(column);
    if (!json || is_object_text(column)) return std::nullopt;
    // Where the patch has set it, what the patch says stands there, not what the row holds.
    const auto boolean = home.boolean ? std::nullopt : as_boolean(column);
    const auto patched = std::ranges::find_if(
        set.values, [&](const store::PathJson& value) { return *value.path == path; });
    if (patched == set.values.end()) {
      set.values.push_back({&path, *std::move(json), boolean.has_value()});
    } else if (boolean && (patched->json == "true" || patched->json == "false")) {
      patched->json = *boolean ? "true" : "false";
    } else {
      patched->json = *std::move(json);
    }
  }
  return set;
}

}  // namespace arbors::ext
