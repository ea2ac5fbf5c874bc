// Reads the expression language: SQL's operators with SQLite's precedence, CASE, CAST, paths,
// literals, ?n, functions. Errors carry position and a caret.
#pragma once

#include <string_view>

#include "engine/base/path.h"
#include "engine/expr/expression.h"
#include "engine/expr/lexer.h"

namespace arbors::expr {

// Reads one expression and leaves the lexer at the token after it. Throws Error{Invalid}.
ExprPtr parse_expression(Lexer& lexer);

// Reads the whole text as one expression.
ExprPtr parse_expression(std::string_view text);

// Reads a path (`birth.year`, `batting[0].HR`) from the lexer.
Path parse_path(Lexer& lexer);

}  // namespace arbors::expr
