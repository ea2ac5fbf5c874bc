// Characters as SQL tells them apart, in ASCII whatever the locale.
#pragma once

namespace arbors::expr {

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace arbors::expr
