// What SQLite calls to read a virtual table, written once for every module: finds the table or the
// cursor behind SQLite's pointer, and keeps exceptions from crossing.
//
// Table derives from sqlite3_vtab and has a `session`; filter() works under its host's limits, and
// what else may take long watches them itself. Cursor derives from sqlite3_vtab_cursor, is made
// from a Table, and has filter(words, arguments), next(), at_end(), column(context, number) and
// rowid().
#pragma once

#include <memory>
#include <span>

#include "engine/base/workers.h"
#include "ext/host/guard.h"
#include "ext/host/host_limits.h"
#include "ext/session/arbor_name.h"

namespace arbors::ext {

template <typename Table, typename Cursor>
struct ReadCallbacks {
  static Table& of(sqlite3_vtab* table) { return *static_cast<Table*>(table); }
  static Cursor& of(sqlite3_vtab_cursor* cursor) { return *static_cast<Cursor*>(cursor); }

  static int disconnect(sqlite3_vtab* table) {
    delete &of(table);
    return SQLITE_OK;
  }

  static int open(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
    return guarded(&table->zErrMsg, [&] {
      ready_for_exceptions();
      *out = std::make_unique<Cursor>(of(table)).release();
      return SQLITE_OK;
    });
  }

  static int close(sqlite3_vtab_cursor* cursor) {
    delete &of(cursor);
    return SQLITE_OK;
  }

  static int filter(sqlite3_vtab_cursor* cursor, int, const char* words, int argc,
                    sqlite3_value** argv) {
    return guarded(&cursor->pVtab->zErrMsg, [&] {
      const HostLimits::Watch watch(of(cursor->pVtab).session->limits());
      const HeldNames names(*of(cursor->pVtab).session);
      of(cursor).filter(words, std::span<sqlite3_value*>(argv, static_cast<std::size_t>(argc)));
      return SQLITE_OK;
    });
  }

  static int next(sqlite3_vtab_cursor* cursor) {
    return guarded(&cursor->pVtab->zErrMsg, [&] {
      of(cursor).next();
      return SQLITE_OK;
    });
  }

  static int at_end(sqlite3_vtab_cursor* cursor) { return of(cursor).at_end() ? 1 : 0; }

  static int column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int number) {
    return guarded(&cursor->pVtab->zErrMsg, [&] {
      of(cursor).column(context, number);
      return SQLITE_OK;
    });
  }

  static int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* rowid) {
    *rowid = of(cursor).rowid();
    return SQLITE_OK;
  }

  // A module that can do no more than this. Without `create` its table exists under its own name
  // only, as a function.
  static sqlite3_module module(decltype(sqlite3_module::xCreate) create,
                               decltype(sqlite3_module::xConnect) connect,
                               decltype(sqlite3_module::xBestIndex) best_index,
                               decltype(sqlite3_module::xDisconnect) disconnect) {
    sqlite3_module module{};
    module.xCreate = create;
    module.xConnect = connect;
    module.xBestIndex = best_index;
    module.xDisconnect = disconnect;
    module.xDestroy = create == nullptr ? nullptr : disconnect;
    module.xOpen = open;
    module.xClose = close;
    module.xFilter = filter;
    module.xNext = next;
    module.xEof = at_end;
    module.xColumn = column;
    module.xRowid = rowid;
    return module;
  }
};

// Registers a module with what its callbacks find as their `aux`.
template <typename Aux>
int register_module(sqlite3* db, const char* name, const sqlite3_module& module, Aux aux) {
  return sqlite3_create_module_v2(db, name, &module,
                                  std::make_unique<Aux>(std::move(aux)).release(),
                                  [](void* raw) { delete static_cast<Aux*>(raw); });
}

}  // namespace arbors::ext
