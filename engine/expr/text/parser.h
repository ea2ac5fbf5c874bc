// Reads the expression language: SQL's operators with SQLite's precedence, CASE, CAST, paths,
// literals, ?n, functions. Errors carry position and a caret.
#pragma once

#include <string_view>

#include "engine/expr/forms/expression.h"
#include "engine/expr/text/lexer.h"

namespace arbors::expr {

// What a language around expressions adds to them: SELECT has names that are looked up, aggregates
// and queries inside. Each reads from the lexer; null where the expression language knows itself
// what stands there.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  virtual ExprPtr name(Lexer& lexer) = 0;       // at a name, which no parenthesis follows
  virtual ExprPtr parameter(Lexer& lexer) = 0;  // at a parameter
  virtual ExprPtr call(Lexer& lexer) = 0;       // at a name and a parenthesis
  virtual ExprPtr query(Lexer& lexer) = 0;      // at a parenthesis
  virtual ExprPtr in(Lexer& lexer, const ExprPtr& left, bool negated) = 0;  // behind IN
  // `left -> right` or `left ->> right`, whose operator stands at a byte.
  virtual ExprPtr access(Lexer& lexer, const ExprPtr& left, const ExprPtr& right, bool as_value,
                         std::size_t byte) = 0;
};

// Reads one expression of that language, and leaves the lexer at the token after it.
ExprPtr parse_expression(Lexer& lexer, Host& host);

// Reads one expression and leaves the lexer at the token after it. Throws Error{Invalid}.
ExprPtr parse_expression(Lexer& lexer);

// Reads the whole text as one expression.
ExprPtr parse_expression(std::string_view text);

}  // namespace arbors::expr
