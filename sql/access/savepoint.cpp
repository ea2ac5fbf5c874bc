#include "sql/access/savepoint.h"

#include "sql/access/sqlite_error.h"

namespace arbors::store {

namespace {

int run(sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  const int reset = sqlite3_reset(statement);
  return result == SQLITE_ROW || result == SQLITE_DONE ? reset : result;
}

// Makes SQLite roll back while an interrupt is pending: it does so when a statement that writes is
// interrupted. VACUUM is one, needs no table, and would be refused inside a transaction. The parser
// gives up at the first space and at the end of its text, so the statement ends before both.
void roll_back_interrupted(sqlite3* db) {
  if (sqlite3_get_autocommit(db) == 0) sqlite3_exec(db, "VACUUM;", nullptr, nullptr, nullptr);
}

}  // namespace

Savepoint::Savepoint(sqlite3* db, const std::string& name, Drops drops)
    : db_(db),
      name_(name),
      outermost_(sqlite3_get_autocommit(db) != 0),
      rollback_(prepare(outermost_ ? "ROLLBACK" : "ROLLBACK TO " + name)),
      release_(prepare("RELEASE " + name)) {
  if (drops == Drops::Nothing) {
    reader_ = prepare("PRAGMA temp.schema_version");  // temp: it locks no file of others
    if (const int result = sqlite3_step(reader_.get()); result != SQLITE_ROW)
      throw_sqlite(db_, result);
  }
  try {
    begin();
  } catch (...) {
    // An interrupt may find the savepoint just begun.
    if (outermost_ && sqlite3_get_autocommit(db_) == 0) roll_back();
    throw;
  }
}

// A statement that runs when memory is out makes SQLite roll back the transaction: rollback_, if
// the schema has not changed since it was prepared, which would mean to prepare it again; else the
// reader, which ends with this object.
Savepoint::~Savepoint() {
  // SQLite may have rolled back everything already.
  if (open_ && sqlite3_get_autocommit(db_) == 0) roll_back();
}

void Savepoint::begin() {
  const int result = run(prepare("SAVEPOINT " + name_).get());
  if (result == SQLITE_BUSY) {
    throw_invalid(
        "a function that writes an Arbor cannot run inside a statement that writes; call it in a "
        "SELECT of its own");
  }
  if (result != SQLITE_OK) throw_sqlite(db_, result);
}

void Savepoint::roll_back() {
  if (!undo()) roll_back_interrupted(db_);
}

bool Savepoint::undo() {
  if (run(rollback_.get()) != SQLITE_OK) return false;
  return outermost_ || run(release_.get()) == SQLITE_OK;
}

Savepoint::Prepared Savepoint::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
  if (result != SQLITE_OK) throw_sqlite(db_, result);
  return Prepared(statement);
}

// Ends the reader first, since it would keep a commit from moving the WAL into the database; and
// before that prepares again what may not have to be prepared when memory is out.
void Savepoint::keep() {
  if (reader_ != nullptr) {
    rollback_ = prepare(outermost_ ? "ROLLBACK" : "ROLLBACK TO " + name_);
    release_ = prepare("RELEASE " + name_);
    reader_.reset();
  }
  if (const int result = run(release_.get()); result != SQLITE_OK) throw_sqlite(db_, result);
  open_ = false;
}

}  // namespace arbors::store
