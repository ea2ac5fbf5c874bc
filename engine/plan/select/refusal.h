// How a SELECT that the engine does not run is refused: with a place in the text, and, where SQLite
// runs it itself, with the words that say so.
#pragma once

#include <string>
#include <string_view>

#include "engine/expr/text/lexer.h"

namespace arbors::plan::select {

inline constexpr std::string_view kHint =
    "\nSQLite itself may run it over the virtual tables: give it the statement without arbor_rows.";

// The message with line, column and caret of a byte; as it is where it has them.
std::string placed(const expr::Lexer& lexer, std::size_t byte, const std::string& message);

// The whole message where rows hold values that are equal but look different, and which of them
// SQLite shows follows from how it plans.
std::string doubt_of_equals(const expr::Lexer& lexer, std::size_t byte);

// The whole message of what SQLite runs and the engine does not.
std::string refusal_at(const expr::Lexer& lexer, std::size_t byte, const std::string& sentence);

}  // namespace arbors::plan::select
