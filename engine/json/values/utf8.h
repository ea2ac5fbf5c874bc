// Whether bytes are text.
#pragma once

#include <string_view>

namespace arbors::json {

// Tells whether bytes are well-formed UTF-8.
bool is_utf8(std::string_view text);

// Passes over a mark of the byte order, which may begin any text that is handed in.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
inline std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

}  // namespace arbors::json
