// Makes strict JSON of what people write besides: comments (// and /* */) and a comma before a
// closing bracket become spaces, byte for byte, so that places stay what they are in the file.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/json/input/input.h"

namespace arbors::json {

// Passes `source` on with comments and trailing commas blanked.
std::unique_ptr<Input> relax(std::unique_ptr<Input> source);

// Puts null in the place of NaN, Infinity and -Infinity where values stand; nothing where none
// does. A text of other lengths, so for single documents.
std::string without_nonfinite(std::string_view document);

}  // namespace arbors::json
