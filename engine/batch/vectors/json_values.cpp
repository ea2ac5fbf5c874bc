#include "engine/batch/vectors/json_values.h"

namespace arbors::batch {

using json::JsonKind;

void set_json_value(VectorBuilder& builder, std::uint32_t row, const json::JsonValue& value) {
  switch (value.kind) {
    case JsonKind::Missing:
      return builder.set_tag(row, Tag::Missing);
    case JsonKind::Null:
      return builder.set_tag(row, Tag::Null);
    case JsonKind::False:
      return builder.set_tag(row, Tag::False);
    case JsonKind::True:
      return builder.set_tag(row, Tag::True);
    case JsonKind::Integer:
      return builder.set_integer(row, value.integer);
    case JsonKind::Real:
      return builder.set_real(row, value.real);
    case JsonKind::BigNumber:
      return builder.set_big_number(row, value.text, value.real);
    case JsonKind::String:
      return builder.set_text(row, value.text);
    case JsonKind::Object:
    case JsonKind::Array:
      return builder.set_json(row, value.text);
  }
}

void append_json_value(VectorBuilder& builder, std::string_view raw) {
  if (raw.starts_with('{') || raw.starts_with('[')) return builder.append_json(raw);
  const std::uint32_t row = builder.rows();
  builder.resize(row + 1);
  set_json_value(builder, row, json::decode(raw));
}

}  // namespace arbors::batch
