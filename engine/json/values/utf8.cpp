#include "engine/json/values/utf8.h"

#include <simdjson.h>

namespace arbors::json {

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

}  // namespace arbors::json
