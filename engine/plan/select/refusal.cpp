#include "engine/plan/select/refusal.h"

#include "engine/base/error.h"

namespace arbors::plan::select {

std::string placed(const expr::Lexer& lexer, std::size_t byte, const std::string& message) {
  if (message.starts_with("line ")) return message;
  try {
    lexer.fail_at(byte, message);
  } catch (const Error& error) {
    return error.what();
  }
}

std::string refusal_at(const expr::Lexer& lexer, std::size_t byte, const std::string& sentence) {
  return placed(lexer, byte, sentence).append(kHint);
}

std::string doubt_of_equals(const expr::Lexer& lexer, std::size_t byte) {
  return refusal_at(
      lexer, byte,
      "values that are equal but look different (1 and 1.0, or texts that a "
      "collation holds equal) are one here, and which of them SQLite shows depends on "
      "how it reads the tables, which is not understood here: make them alike "
      "(CAST(e AS REAL), lower(e))");
}

}  // namespace arbors::plan::select
