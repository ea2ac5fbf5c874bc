// SQLite's JSONB, as SQLite 3.45 and newer keep and hand it in (https://sqlite.org/jsonb.html):
// elements with a header of a type and a size before their payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arbors::json {

// Gives the JSON text of a blob that is one whole JSONB value, nested at most as deep as JSON text
// may be; nothing where it is not. What JSONB keeps of JSON5 becomes JSON.
std::optional<std::string> jsonb_to_text(std::string_view blob);

}  // namespace arbors::json
