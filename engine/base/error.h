// One exception type for every engine failure: a code that maps to a SQLite result code at the
// callback, and one sentence for the person who reads it (what, where, why, the way out).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace arbors {

enum class ErrorCode {
  Invalid,      // the caller's words are wrong: syntax, types, options, bounds, malformed JSON
  NotFound,     // no such Arbor, generation, handle, file
  Corrupt,      // stored bytes contradict themselves
  Limit,        // a budget would be exceeded
  Interrupted,  // the caller asked to stop
  NoMemory,
  Io,          // a file could not be read or written
  Constraint,  // a write would break a rule (rowid taken, read-only column)
  ReadOnly,
  Unsupported,  // a newer storage format, an older host
};

class Error : public std::runtime_error {
 public:
  // Makes the sentence readable: it may quote bytes that are no text.
  Error(ErrorCode code, std::string_view sentence);
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

// Reports damaged stored bytes. Every corruption found by any reader passes through here, so one
// breakpoint finds them all. Throws Error{Corrupt}.
[[noreturn]] void throw_corrupt(std::string_view what);

// Throws Error{Invalid}.
[[noreturn]] void throw_invalid(std::string_view what);

}  // namespace arbors
