#include "engine/json/edit/comparable_text.h"

#include <map>

#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::json {
namespace {

constexpr double kIntegers = 9223372036854775808.0;  // 2^63

void write_real_as_number(std::string& out, double value) {
  const bool whole =
      value >= -kIntegers && value < kIntegers && value == static_cast<double>(std::int64_t(value));
  return whole ? write_integer(out, static_cast<std::int64_t>(value)) : write_real(out, value);
}

void write_scalar(std::string& out, std::string_view raw) {
  const JsonValue value = decode(raw);
  switch (value.kind) {
    case JsonKind::False:
    case JsonKind::True:
      return write_integer(out, value.kind == JsonKind::True ? 1 : 0);
    case JsonKind::Integer:
      return write_integer(out, value.integer);
    case JsonKind::Real:
    case JsonKind::BigNumber:
      return write_real_as_number(out, value.real);
    default:
      out += raw;
  }
}

void write(std::string& out, std::string_view json, unsigned depth);

void write_object(std::string& out, std::string_view json, unsigned depth) {
  std::map<std::string, std::string_view, std::less<>> members;  // of equal keys the last
  for_each_member(json, [&](std::string_view key, std::string_view raw) {
    members[std::string(key)] = raw;
    return true;
  });
  out += '{';
  for (const auto& [key, raw] : members) {
    if (raw == "null") continue;
    if (out.back() != '{') out += ',';
    write_string(out, key);
    out += ':';
    write(out, raw, depth);
  }
  out += '}';
}

void write_array(std::string& out, std::string_view json, unsigned depth) {
  out += '[';
  for_each_element(json, [&](std::string_view raw) {
    if (out.back() != '[') out += ',';
    write(out, raw, depth);
    return true;
  });
  out += ']';
}

void write(std::string& out, std::string_view json, unsigned depth) {
  const bool container = json.starts_with('{') || json.starts_with('[');
  if (container && depth == kComparableDepth) {
    out += json;
  } else if (json.starts_with('{')) {
    write_object(out, json, depth + 1);
  } else if (json.starts_with('[')) {
    write_array(out, json, depth + 1);
  } else {
    write_scalar(out, json);
  }
}

}  // namespace

void write_comparable(std::string& out, std::string_view json) { write(out, json, 0); }

}  // namespace arbors::json
