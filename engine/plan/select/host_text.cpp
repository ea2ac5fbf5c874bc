#include "engine/plan/select/host_text.h"

namespace arbors::plan::select {
namespace {

// Calls visit(tokens) at each token of the SELECT that begins at a byte; gives the byte behind it.
std::size_t walk(const expr::Lexer& lexer, std::size_t begin, const auto& visit) {
  unsigned open = 0;
  expr::Lexer tokens(lexer.source(), expr::Dialect::Sql, begin);
  for (; !tokens.at_end(); tokens.next()) {
    visit(tokens);
    if (tokens.at_symbol("(")) ++open;
    if (tokens.at_symbol(")") && open-- == 0) break;
  }
  return tokens.peek().begin;
}

}  // namespace

std::string_view statement_at(const expr::Lexer& lexer, std::size_t begin) {
  const std::size_t end = walk(lexer, begin, [](const expr::Lexer&) {});
  return lexer.source().substr(begin, end - begin);
}

bool says_or(const expr::Lexer& lexer, std::size_t begin) {
  bool found = false;
  walk(lexer, begin, [&](const expr::Lexer& tokens) { found |= tokens.at_keyword("or"); });
  return found;
}

}  // namespace arbors::plan::select
