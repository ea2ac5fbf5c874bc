/* A virtual table that costs nothing inside: `CREATE VIRTUAL TABLE rows USING empty_table(1000000)`.
** Its rows are numbers that the cursor counts up, so what a scan of it takes is the cost of SQLite's own interface.
** Columns: i1..i4 integers, r1..r4 reals, t1..t4 texts that SQLite borrows, u1..u4 the same texts copied by SQLite. */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include <stdlib.h>
#include <string.h>

typedef struct EmptyTable {
  sqlite3_vtab base;
  sqlite3_int64 rows;
} EmptyTable;

typedef struct EmptyCursor {
  sqlite3_vtab_cursor base;
  sqlite3_int64 row;
  sqlite3_int64 rows;
} EmptyCursor;

static const char text_of_every_row[] = "word 001234";

static int empty_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **error) {
  (void)aux;
  (void)error;
  int rc = sqlite3_declare_vtab(db, "CREATE TABLE x(i1,i2,i3,i4,r1,r2,r3,r4,t1,t2,t3,t4,u1,u2,u3,u4)");
  if (rc != SQLITE_OK) return rc;
  EmptyTable *table = sqlite3_malloc(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  memset(table, 0, sizeof *table);
  table->rows = argc > 3 ? atoll(argv[3]) : 0;
  *out = &table->base;
  return SQLITE_OK;
}

static int empty_disconnect(sqlite3_vtab *table) {
  sqlite3_free(table);
  return SQLITE_OK;
}

static int empty_best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
  info->estimatedRows = ((EmptyTable *)table)->rows;
  info->estimatedCost = (double)info->estimatedRows;
  return SQLITE_OK;
}

static int empty_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
  (void)table;
  EmptyCursor *cursor = sqlite3_malloc(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  memset(cursor, 0, sizeof *cursor);
  *out = &cursor->base;
  return SQLITE_OK;
}

static int empty_close(sqlite3_vtab_cursor *cursor) {
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int empty_filter(sqlite3_vtab_cursor *base, int number, const char *text, int argc, sqlite3_value **argv) {
  (void)number;
  (void)text;
  (void)argc;
  (void)argv;
  EmptyCursor *cursor = (EmptyCursor *)base;
  cursor->row = 0;
  cursor->rows = ((EmptyTable *)base->pVtab)->rows;
  return SQLITE_OK;
}

static int empty_next(sqlite3_vtab_cursor *base) {
  ((EmptyCursor *)base)->row++;
  return SQLITE_OK;
}

static int empty_eof(sqlite3_vtab_cursor *base) {
  EmptyCursor *cursor = (EmptyCursor *)base;
  return cursor->row >= cursor->rows;
}

static int empty_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  sqlite3_int64 row = ((EmptyCursor *)base)->row;
  switch (column / 4) {
    case 0: sqlite3_result_int64(context, row); break;
    case 1: sqlite3_result_double(context, (double)row); break;
    case 2: sqlite3_result_text(context, text_of_every_row, sizeof text_of_every_row - 1, SQLITE_STATIC); break;
    default: sqlite3_result_text(context, text_of_every_row, sizeof text_of_every_row - 1, SQLITE_TRANSIENT);
  }
  return SQLITE_OK;
}

static int empty_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
  *out = ((EmptyCursor *)base)->row + 1;
  return SQLITE_OK;
}

static const sqlite3_module empty_module = {
    .xCreate = empty_connect,
    .xConnect = empty_connect,
    .xBestIndex = empty_best_index,
    .xDisconnect = empty_disconnect,
    .xDestroy = empty_disconnect,
    .xOpen = empty_open,
    .xClose = empty_close,
    .xFilter = empty_filter,
    .xNext = empty_next,
    .xEof = empty_eof,
    .xColumn = empty_column,
    .xRowid = empty_rowid,
};

int sqlite3_emptyvtab_init(sqlite3 *db, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)error;
  return sqlite3_create_module(db, "empty_table", &empty_module, NULL);
}
