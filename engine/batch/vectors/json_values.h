// JSON values put into vectors as what they are: scalars by kind, objects and arrays as Opaque
// text.
#pragma once

#include <string_view>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/json/values/json_value.h"

namespace arbors::batch {

// Sets a row to a decoded value.
void set_json_value(VectorBuilder& builder, std::uint32_t row, const json::JsonValue& value);
// Appends the value whose minimal JSON text is given.
void append_json_value(VectorBuilder& builder, std::string_view raw);

}  // namespace arbors::batch
