// Reads paths from a lexer: `birth.year`, `batting[0].HR`, `"a key"[*]`, `it`.
#pragma once

#include "engine/base/path.h"
#include "engine/expr/text/lexer.h"

namespace arbors::expr {

// Reads a path and leaves the lexer at the token after it. Throws Error{Invalid}.
Path parse_path(Lexer& lexer);

}  // namespace arbors::expr
