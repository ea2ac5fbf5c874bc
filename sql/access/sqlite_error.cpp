#include "sql/access/sqlite_error.h"

#include <new>

namespace arbors::store {

namespace {

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::Corrupt;
    case SQLITE_INTERRUPT:
      return ErrorCode::Interrupted;
    case SQLITE_NOMEM:
      return ErrorCode::NoMemory;
    case SQLITE_READONLY:
      return ErrorCode::ReadOnly;
    case SQLITE_CONSTRAINT:
      return ErrorCode::Constraint;
    case SQLITE_ERROR:
      return ErrorCode::Invalid;
    case SQLITE_TOOBIG:
      return ErrorCode::Limit;
    default:
      return ErrorCode::Io;
  }
}

// Tells whether SQLite's sentence says all there is to say, and is what programs look for.
bool speaks_for_itself(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
      return true;
    default:
      return false;
  }
}

}  // namespace

SqliteError::SqliteError(int result, const std::string& sentence)
    : Error(code_of(result), sentence), result_(result) {}

void throw_sqlite(sqlite3* db, int result, std::string_view doing) {
  if ((result & 0xff) == SQLITE_NOMEM) throw std::bad_alloc();
  std::string sentence = sqlite3_errmsg(db);
  if ((result & 0xff) != (sqlite3_errcode(db) & 0xff)) sentence = sqlite3_errstr(result);
  if (!doing.empty() && !speaks_for_itself(result))
    sentence += " (while " + std::string(doing) + ")";
  if (code_of(result) == ErrorCode::Corrupt) throw_corrupt(sentence);
  throw SqliteError(result, sentence);
}

}  // namespace arbors::store
