// Text that may come from anywhere, on its way to a person: an error quotes damaged bytes, too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arbors {

// Tells how many bytes the well-formed UTF-8 character at `at` has; 0 where there is none.
std::size_t character_size(std::string_view text, std::size_t at);

// Gives the text as well-formed UTF-8 without control characters but tabs and ends of lines: any
// other byte as `\xhh`, so that the text is shown whole whatever it is handed to.
std::string printable(std::string_view text);

}  // namespace arbors
