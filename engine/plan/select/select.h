// SQL in the place of a plan: a SELECT's text in, the stages that it stands for out.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/expr/text/lexer.h"
#include "engine/plan/select/catalog.h"

namespace arbors::plan::select {

// The tokens of a text that begins as a SELECT does; nullopt where it does not.
std::optional<expr::Lexer> select_tokens(std::string_view text, const Catalog* catalog);
bool is_select(std::string_view text);
bool begins_select(const expr::Lexer& lexer);

// Reads a SELECT; ? is the first parameter. Throws Error{Invalid} with line, column and caret; of
// what SQLite can do and this cannot, it says so.
NodePtr read_select(expr::Lexer& lexer, std::span<const Value> parameters, const Catalog* catalog);

// Reads the SELECT that begins at the next token of a plan, and leaves the lexer behind it.
NodePtr read_select_inside(expr::Lexer& lexer, std::span<const Value> parameters,
                           const Catalog* catalog);

}  // namespace arbors::plan::select
