#include "ext/host/guard.h"

#include "engine/base/excerpt.h"
#include "engine/base/printable.h"
#include "sql/access/sqlite_error.h"

namespace arbors::ext {

int result_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::Corrupt:
      return SQLITE_CORRUPT_VTAB;
    case ErrorCode::Interrupted:
      return SQLITE_INTERRUPT;
    case ErrorCode::NoMemory:
      return SQLITE_NOMEM;
    case ErrorCode::Constraint:
      return SQLITE_CONSTRAINT;
    case ErrorCode::ReadOnly:
      return SQLITE_READONLY;
    case ErrorCode::Invalid:
    case ErrorCode::NotFound:
    case ErrorCode::Limit:
    case ErrorCode::Io:
    case ErrorCode::Unsupported:
      break;
  }
  return SQLITE_ERROR;
}

namespace {

int describe(std::string& sentence) {
  try {
    throw;
  } catch (const store::SqliteError& error) {
    sentence = shortened(error.what());
    return error.result();
  } catch (const Error& error) {
    sentence = shortened(error.what());
    return result_code(error.code());
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception& error) {
    sentence = shortened(printable(error.what()));
    return SQLITE_ERROR;
  } catch (...) {
    sentence = "an unknown error";
    return SQLITE_ERROR;
  }
}

}  // namespace

int describe_current_exception(std::string& sentence) noexcept {
  try {
    return describe(sentence);
  } catch (...) {
    return SQLITE_NOMEM;  // the sentence itself found no memory
  }
}

}  // namespace arbors::ext
