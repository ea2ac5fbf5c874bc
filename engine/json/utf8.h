// Whether bytes are text.
#pragma once

#include <string_view>

namespace arbors::json {

// Tells whether bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace arbors::json
