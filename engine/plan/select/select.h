// SQL in the place of a plan: a SELECT's text in, the stages that it stands for out.
#pragma once

#include <span>
#include <string_view>

#include "engine/expr/text/lexer.h"
#include "engine/plan/select/catalog.h"

namespace arbors::plan::select {

// Tells whether a text begins as a SELECT does.
bool is_select(std::string_view text);
bool begins_select(const expr::Lexer& lexer);

// Reads a SELECT; ? is the first parameter. Throws Error{Invalid} with line, column and caret; of
// what SQLite can do and this cannot, it says so.
NodePtr read_select(std::string_view text, std::span<const Value> parameters,
                    const Catalog* catalog);

// Reads the SELECT that begins at the next token of a plan, and leaves the lexer behind it.
NodePtr read_select_inside(expr::Lexer& lexer, std::span<const Value> parameters,
                           const Catalog* catalog);

}  // namespace arbors::plan::select
