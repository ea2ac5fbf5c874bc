#include "ext/module/update.h"

#include <optional>
#include <string>

#include "engine/json/edit/merge_patch.h"
#include "ext/host/guard.h"
#include "ext/host/statements.h"
#include "ext/module/new_row.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {
namespace {

// Undoes the rows that the statement has written before the one that failed, but where the
// statement says that they stay, or goes on. SQLite undoes the rest itself, or all, at errors such
// as a full disk.
void undo_failed_statement(ArborTable& table, int result) {
  sqlite3* db = table.session->db();
  const int conflict = sqlite3_vtab_on_conflict(db);
  const bool keeps = (result & 0xFF) == SQLITE_CONSTRAINT &&
                     (conflict == SQLITE_FAIL || conflict == SQLITE_IGNORE);
  if (keeps || sqlite3_get_autocommit(db) != 0) return;
  guarded(static_cast<char**>(nullptr), [&] {
    table.store->undo_statement();
    return SQLITE_OK;
  });
}

// SQLite itself does the rest of what a statement says of conflicts: it undoes, goes on or stops.
store::OnConflict on_conflict(const ArborTable& table) {
  return sqlite3_vtab_on_conflict(table.session->db()) == SQLITE_REPLACE
             ? store::OnConflict::Replace
             : store::OnConflict::Error;
}

void insert_row(ArborTable& table, const NewRow& row, sqlite3_int64* rowid) {
  bool minimal = false;
  std::optional<std::string> given = row.tree();
  if (const auto& patch = row.patch()) given = json::merge_patch({}, *patch);
  const std::string tree = row.apply_columns(std::move(given).value_or("{}"), minimal);
  *rowid = table.store->place(tree, row.rowid(), on_conflict(table)).rowid;
}

void update_row(ArborTable& table, const NewRow& row, sqlite3_int64* rowid) {
  const std::int64_t old_rowid = row.old_rowid();
  const std::int64_t new_rowid = row.rowid().value_or(old_rowid);
  *rowid = new_rowid;
  if (const auto set = row.values_set(); set && table.store->set(old_rowid, set->values)) return;
  std::optional<std::string> tree = row.tree();
  std::string before;
  if (!tree) {
    tree = table.store->tree(old_rowid);
    before = tree.value_or("");
  }
  if (!tree) throw Error(ErrorCode::Constraint, "no such row: " + std::to_string(old_rowid));
  if (const auto& patch = row.patch()) tree = json::merge_patch(*tree, *patch);
  bool minimal = false;
  const std::string changed = row.apply_columns(std::move(*tree), minimal);
  if (new_rowid != old_rowid)
    table.store->replace(old_rowid, changed, new_rowid, on_conflict(table));
  else if (minimal)
    table.store->replace_minimal(old_rowid, changed, on_conflict(table), before);
  else
    table.store->replace(old_rowid, changed, on_conflict(table));
}

// Tells whether an UPDATE comes to a row that it has removed itself, for its key: SQLite passes
// over those of its own tables.
bool is_gone(ArborTable& table, sqlite3_value* rowid) {
  return sqlite3_value_type(rowid) == SQLITE_INTEGER && table.store->erased_by_statement() > 0 &&
         !table.store->contains(sqlite3_value_int64(rowid));
}

void write_row(ArborTable& table, int argc, sqlite3_value** argv, sqlite3_int64* rowid) {
  if (argc == 1) {
    if (table.write_scans.deletes_old_generation(table.session->db()))
      refuse_old_generation(table, "an older generation");
    table.store->erase(sqlite3_value_int64(argv[0]));
    return;
  }
  if (is_gone(table, argv[0])) return;
  const NewRow row(table, argv);
  row.check_generation();
  row.check_read_only_columns();
  if (row.is_update()) {
    update_row(table, row, rowid);
  } else {
    insert_row(table, row, rowid);
  }
}

}  // namespace

int arbor_update(sqlite3_vtab* base, int argc, sqlite3_value** argv, sqlite3_int64* rowid) {
  auto& table = *static_cast<ArborTable*>(base);
  const InsertRowidKept kept(table.session->db());
  const int result = guarded(&table.zErrMsg, [&] {
    const HostLimits::Watch watch(table.session->limits());
    table.store->enter_row();
    write_row(table, argc, argv, rowid);
    table.store->leave_row();
    return SQLITE_OK;
  });
  if (result != SQLITE_OK) {
    table.store->fail_row();
    undo_failed_statement(table, result);
  }
  return result;
}

}  // namespace arbors::ext
