// The wall between exceptions and SQLite: runs what a callback does and turns what it throws into a
// result code and a message. No exception crosses a callback.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "engine/base/error.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

// The SQLite result code of an engine error.
int result_code(ErrorCode code);

// Describes the exception being handled; call inside a catch block.
int describe_current_exception(std::string& sentence) noexcept;

// Runs `work`, which gives a result code; on an exception sets *message (freed by SQLite) instead.
template <typename Work>
int guarded(char** message, Work&& work) {
  try {
    return work();
  } catch (...) {
    std::string sentence;
    const int code = describe_current_exception(sentence);
    if (code != SQLITE_NOMEM && message != nullptr) {
      sqlite3_free(*message);
      *message = sqlite3_mprintf("%s", sentence.c_str());
    }
    return code;
  }
}

// Runs a SQL function's `work`; on an exception sets the function's error instead.
template <typename Work>
void guarded(sqlite3_context* context, Work&& work) {
  try {
    work();
  } catch (...) {
    std::string sentence;
    const int code = describe_current_exception(sentence);
    if (code == SQLITE_NOMEM) return sqlite3_result_error_nomem(context);
    sqlite3_result_error(context, sentence.c_str(), static_cast<int>(sentence.size()));
    sqlite3_result_error_code(context, code);
  }
}

}  // namespace arbors::ext
