#include "ext/host/sql_value.h"

#include <algorithm>
#include <new>

#include "engine/base/error.h"
#include "engine/json/binary/jsonb.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/utf8.h"

namespace arbors::ext {
namespace {

using batch::Tag;

constexpr std::size_t kLongText = 64U << 10;

// Copies a long text with a zero byte behind it: SQLite would copy it again to put one there.
bool set_long_text(sqlite3_context* context, std::string_view text) {
  if (text.size() < kLongText || text.find('\0') != std::string_view::npos) return false;
  auto* const copy = static_cast<char*>(sqlite3_malloc64(text.size() + 1));
  if (copy == nullptr) throw std::bad_alloc();
  *std::copy(text.begin(), text.end(), copy) = '\0';
  sqlite3_result_text(context, copy, -1, sqlite3_free);
  return true;
}

Value to_parameter(sqlite3_value* value) {
  Value parameter = to_value(value);
  if (parameter.kind == ValueKind::Blob) throw_invalid("it is a blob, and JSON has none");
  if (parameter.kind != ValueKind::Text) return parameter;
  if (sqlite3_value_subtype(value) == kJsonSubtype) {
    std::string json = json::normalize(parameter.text);
    if (json.front() == '{' || json.front() == '[') return Value::json(std::move(json));
  }
  if (!json::is_utf8(parameter.text)) throw_invalid("it is no UTF-8");
  return parameter;
}

// Gives the text of a value that is one, for as long as SQLite keeps it.
std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) throw std::bad_alloc();
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

}  // namespace

std::optional<std::int64_t> integer_argument(sqlite3_value* value) {
  const Value given = apply_affinity(to_value(value), Affinity::Integer);
  if (given.kind != ValueKind::Integer) return std::nullopt;
  return given.integer;
}

std::optional<std::string> json_argument(sqlite3_value* value) {
  constexpr int kFirstWithJsonb = 3045000;
  if (sqlite3_value_type(value) == SQLITE_TEXT)
    return std::string(json::without_byte_order_mark(text_of(value)));
  Value given = to_value(value);
  if (given.kind == ValueKind::Blob && sqlite3_libversion_number() >= kFirstWithJsonb)
    return json::jsonb_to_text(given.text);
  return std::nullopt;
}

Value to_value(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Value::of(static_cast<std::int64_t>(sqlite3_value_int64(value)));
    case SQLITE_FLOAT:
      return Value::of(sqlite3_value_double(value));
    case SQLITE_TEXT:
      return Value::of(std::string(text_of(value)));
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
      return Value::blob(bytes == nullptr ? std::string() : std::string(bytes, size));
    }
    default:
      return Value::null();
  }
}

std::vector<Value> to_parameters(std::span<sqlite3_value* const> values) {
  std::vector<Value> parameters;
  parameters.reserve(values.size());
  for (sqlite3_value* value : values) {
    try {
      parameters.push_back(to_parameter(value));
    } catch (const Error& error) {
      throw Error(error.code(),
                  "parameter ?" + std::to_string(parameters.size() + 1) + ": " + error.what());
    }
  }
  return parameters;
}

std::string text_argument(sqlite3_value* value, std::string_view what) {
  const int type = sqlite3_value_type(value);
  if (type != SQLITE_TEXT) {
    constexpr std::string_view kKinds[] = {"an integer", "a real", "a text", "a blob", "NULL"};
    throw_invalid(std::string(what) + " must be a text, not " +
                  std::string(kKinds[static_cast<std::size_t>(type) - 1]));
  }
  return to_value(value).text;
}

void set_text(sqlite3_context* context, std::string_view text) {
  if (set_long_text(context, text)) return;
  sqlite3_result_text64(context, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
}

void set_json(sqlite3_context* context, std::string_view json) {
  set_text(context, json);
  mark_json(context);
}

void mark_json(sqlite3_context* context) { sqlite3_result_subtype(context, kJsonSubtype); }

void set_result(sqlite3_context* context, const batch::Vector& vector, std::size_t row) {
  switch (vector.tag(row)) {
    case Tag::Integer:
      return sqlite3_result_int64(context, vector.integers[row]);
    case Tag::Real:
    case Tag::BigNumber:
      return sqlite3_result_double(context, vector.reals[row]);
    case Tag::String:
      return set_text(context, (*vector.strings)[vector.codes[row]]);
    case Tag::False:
      return sqlite3_result_int(context, 0);
    case Tag::True:
      return sqlite3_result_int(context, 1);
    case Tag::Opaque:
      return set_json(context, (*vector.opaque)[vector.codes[row]]);
    case Tag::Missing:
    case Tag::Null:
    case Tag::Object:
    case Tag::Array:
      break;
  }
  sqlite3_result_null(context);
}

void set_result(sqlite3_context* context, const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return sqlite3_result_null(context);
    case ValueKind::Integer:
      return sqlite3_result_int64(context, value.integer);
    case ValueKind::Real:
      return sqlite3_result_double(context, value.real);
    case ValueKind::Text:
      return set_text(context, value.text);
    case ValueKind::Json:
      return set_json(context, value.text);
    case ValueKind::Blob:
      return sqlite3_result_blob64(context, value.text.data(), value.text.size(), SQLITE_TRANSIENT);
  }
}

}  // namespace arbors::ext
