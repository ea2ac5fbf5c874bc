// The words of SQL that end an expression or a table's name, so that none of them is taken for an
// alias or a column (double quotes make it one).
#pragma once

#include <string_view>

namespace arbors::plan::select {

// Tells whether a bare word cannot be a name (case ignored).
bool is_keyword(std::string_view word);

// Tells whether two names are the same to SQL: ASCII letters in either case.
bool same_name(std::string_view left, std::string_view right);

}  // namespace arbors::plan::select
