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

}  // namespace arbors::plan::select
