// Writes JSON scalars minimally: strings escape only `"`, `\` and control characters; reals are the
// shortest text that reads back as the same double and stays a real (`1.0`, `1e+22`, as Python
// writes them); integers are digits. Appends to a string; never fails but for memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arbors::json {

// `text` is unescaped UTF-8; the quotes are written too.
void write_string(std::string& out, std::string_view text);
void write_integer(std::string& out, std::int64_t value);
// JSON has no words for what is not finite: an infinity is written as a number that reads back as
// one, NaN as null.
void write_real(std::string& out, double value);

}  // namespace arbors::json
