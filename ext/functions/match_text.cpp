// arbor_match: the text of a condition for MATCH, which takes no parameters, with these put in.
#include "ext/functions/match_text.h"

#include <cmath>

#include "engine/expr/text/lexer.h"
#include "engine/expr/text/parser.h"
#include "engine/json/values/writer.h"
#include "ext/host/sql_value.h"
#include "sql/access/statement.h"

namespace arbors::ext {
namespace {

std::string number_text(const Value& value) {
  std::string text;
  if (value.kind == ValueKind::Integer) {
    // The digits of the least integer alone are a real's.
    if (value.integer == INT64_MIN) return "(-9223372036854775807 - 1)";
    json::write_integer(text, value.integer);
  } else if (std::isinf(value.real)) {
    text = value.real < 0 ? "-9e999" : "9e999";
  } else {
    json::write_real(text, value.real);
  }
  return text.starts_with('-') ? "(" + text + ")" : text;
}

// Writes a value as an expression reads it back.
std::string literal_of(const Value& value) {
  if (value.is_null()) return "NULL";
  if (value.is_number()) return number_text(value);
  const std::string text = store::literal(value.text);
  return value.kind == ValueKind::Json ? "json(" + text + ")" : text;
}

}  // namespace

std::string bound_match(std::string_view expression, std::span<const Value> parameters) {
  expr::parse_expression(expression);  // errors name places of what was written
  std::string text;
  std::size_t done = 0;
  expr::Lexer lexer(expression);
  while (!lexer.at_end()) {
    const expr::Token token = lexer.next();
    if (token.kind != expr::Token::Kind::Parameter) continue;
    if (token.parameter > parameters.size())
      throw_invalid("parameter ?" + std::to_string(token.parameter) + " is not given (there are " +
                    std::to_string(parameters.size()) + ")");
    text += expression.substr(done, token.begin - done);
    text += literal_of(parameters[token.parameter - 1]);
    done = token.end;
  }
  return text += expression.substr(done);
}

}  // namespace arbors::ext
