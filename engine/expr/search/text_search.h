// Finds one text in another, in time that grows with their lengths alone, and stops where work is
// told to stop.
#pragma once

#include <cstddef>
#include <string_view>

namespace arbors::expr {

// Gives the first place of `part` in `text` from `at` on, as std::string_view::find() does; npos
// where there is none.
std::size_t find_text(std::string_view text, std::string_view part, std::size_t at = 0);

}  // namespace arbors::expr
