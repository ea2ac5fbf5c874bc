// The text of a SELECT as the host is asked about it.
#pragma once

#include <string_view>

#include "engine/expr/text/lexer.h"

namespace arbors::plan::select {

// The SELECT that begins at a byte, up to the parenthesis that closes one around it.
std::string_view statement_at(const expr::Lexer& lexer, std::size_t begin);

// Tells whether it says OR anywhere.
bool says_or(const expr::Lexer& lexer, std::size_t begin);

}  // namespace arbors::plan::select
