// What stands behind `name@`: a generation's number, or a text that whoever keeps the Arbor
// understands: a tag (`players@before_import`), a time (`players@'2026-11-27'`), a step back from
// now (`players@'-1 day'`).
#pragma once

#include <string>

#include "engine/expr/text/lexer.h"

namespace arbors::plan {

// Throws Error{Invalid}, with its place, for anything else.
Value read_moment(expr::Lexer& lexer);

std::string moment_text(const Value& moment);  // as read_moment() reads it

}  // namespace arbors::plan
