#include "engine/plan/moment.h"

#include "engine/expr/forms/builder.h"

namespace arbors::plan {

using expr::Token;

Value read_moment(expr::Lexer& lexer) {
  const Token& token = lexer.peek();
  const bool is_generation = token.kind == Token::Kind::Number &&
                             token.number.kind == ValueKind::Integer && token.number.integer >= 0;
  if (is_generation) return lexer.next().number;
  const bool is_text = token.kind == Token::Kind::Name || token.kind == Token::Kind::QuotedName ||
                       token.kind == Token::Kind::Text;
  if (!is_text) lexer.fail("expected a generation's number, a tag or a time in quotes behind @");
  return Value::of(lexer.next().text);
}

std::string moment_text(const Value& moment) { return expr::to_text(*expr::constant(moment)); }

}  // namespace arbors::plan
