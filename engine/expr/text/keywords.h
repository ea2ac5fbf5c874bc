// Words that mean something where an expression may begin or go on, so that a key of that name must
// stand in double quotes there.
#pragma once

#include <string_view>

namespace arbors::expr {

// Tells whether a bare word cannot be the first key of a path (case ignored).
bool is_reserved(std::string_view word);
// Words that are written in quotes where they are keys: those, and some that mean more elsewhere.
bool is_quoted(std::string_view word);

// Compares words, the case of ASCII letters ignored.
bool same_word(std::string_view left, std::string_view right);

}  // namespace arbors::expr
