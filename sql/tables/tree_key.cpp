#include "sql/tables/tree_key.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "engine/base/error.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/batch/vectors/text_domain.h"
#include "sql/access/sqlite_error.h"
#include "sql/tables/index_keys.h"

namespace arbors::store {

namespace {

using json::JsonKind;
using json::JsonValue;

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }

bool equal_but_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower_of, lower_of);
}

// Splits at the commas that stand outside of double quotes.
std::vector<std::string_view> split_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] != ',' || quoted) continue;
    parts.push_back(trimmed(text.substr(begin, at - begin)));
    begin = at + 1;
  }
  parts.push_back(trimmed(text.substr(begin)));
  return parts;
}

// Finds the declared column of a path: by the path, else by its name, whose case SQL ignores.
const DeclaredColumn* declared_as(const std::string& name,
                                  const std::vector<DeclaredColumn>& declared) {
  for (const DeclaredColumn& column : declared)
    if (to_text(declared_path(column.name)) == name) return &column;
  for (const DeclaredColumn& column : declared)
    if (equal_but_case(column.name, name)) return &column;
  return nullptr;
}

KeyPart read_part(std::string_view text, const std::vector<DeclaredColumn>& declared) {
  KeyPart part{parse_path(text)};
  if (part.path.steps.empty() || part.path.through_array())
    throw_invalid("a key takes paths of keys, through no array, not '" + std::string(text) + "'");
  const DeclaredColumn* column = declared_as(to_text(part.path), declared);
  if (column == nullptr) return part;
  return {declared_path(column->name), affinity_of_type(column->type), column->collation};
}

bool is_numeric(Affinity affinity) {
  return affinity != Affinity::None && affinity != Affinity::Text;
}

// Gives an integer's digits without sign and zeros that say nothing; empty for any other text.
std::string integer_digits(std::string_view text) {
  text = trimmed(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  const std::size_t first = text.find_first_not_of('0');
  if (first == std::string_view::npos) return {};
  return (negative ? "-" : "") + std::string(text.substr(first));
}

// An integer beyond int64 is its nearest real where that is the integer itself, else its digits, as
// a blob, which no other value is equal to.
Value beyond_int64(const std::string& digits, double nearest) {
  std::array<char, 400> exact{};
  const int length = std::snprintf(exact.data(), exact.size(), "%.0f", nearest);
  const bool same = length > 0 && std::string_view(exact.data()) == digits;
  return same ? Value::of(nearest) : Value::blob(digits);
}

Value big_number(const JsonValue& value, const KeyPart& part) {
  const std::string digits = integer_digits(value.text);
  if (digits.empty()) return apply_affinity(Value::of(value.real), part.affinity);
  if (part.affinity == Affinity::Text) return Value::of(digits);
  return beyond_int64(digits, value.real);
}

Value text_value(const std::string& text, const KeyPart& part) {
  if (is_numeric(part.affinity)) {
    Value number = numeric_value(text);
    const std::string digits =
        number.kind == ValueKind::Real ? integer_digits(text) : std::string();
    if (!digits.empty()) return beyond_int64(digits, number.real);
    if (!number.is_null()) return apply_affinity(std::move(number), part.affinity);
  }
  std::string folded = text;
  if (part.collation == Collation::NoCase) std::ranges::transform(folded, folded.begin(), lower_of);
  if (part.collation == Collation::RTrim) folded.resize(folded.find_last_not_of(' ') + 1);
  return Value::of(std::move(folded));
}

Value sql_value(const JsonValue& value) {
  switch (value.kind) {
    case JsonKind::False:
      return Value::of(std::int64_t{0});
    case JsonKind::True:
      return Value::of(std::int64_t{1});
    case JsonKind::Integer:
      return Value::of(value.integer);
    case JsonKind::Real:
    case JsonKind::BigNumber:
      return Value::of(value.real);
    case JsonKind::String:
      return Value::of(value.text);
    default:
      return Value::null();
  }
}

[[noreturn]] void refuse(const KeyPart& part, const std::string& table, JsonKind kind) {
  const std::string column = table + "." + to_text(part.path);
  if (kind == JsonKind::Missing || kind == JsonKind::Null)
    throw SqliteError(SQLITE_CONSTRAINT_NOTNULL,
                      "NOT NULL constraint failed: " + column + " (a tree without its key)");
  throw SqliteError(SQLITE_CONSTRAINT_CHECK,
                    "CHECK constraint failed: " + column + " (a key is no " +
                        (kind == JsonKind::Array ? "array" : "object") + ")");
}

}  // namespace

bool is_same(const TreeKey& left, const TreeKey& right) {
  return std::ranges::equal(left.values, right.values,
                            [](const Value& a, const Value& b) { return compare(a, b) == 0; });
}

std::vector<Value> other_keys(const TreeKey& key) {
  std::vector<Value> others;
  const Value& canonical = key.values.front();
  if (canonical.kind == ValueKind::Integer && key.first.kind == ValueKind::Integer) return others;
  for (Value& other : value_keys(key.first))
    if (compare(other, canonical) != 0) others.push_back(std::move(other));
  return others;
}

Value canonical(const JsonValue& value, const KeyPart& part) {
  if (value.kind == JsonKind::String) return text_value(value.text, part);
  if (value.kind == JsonKind::BigNumber) return big_number(value, part);
  return apply_affinity(sql_value(value), part.affinity);
}

KeyColumns::KeyColumns(std::string_view text, const std::vector<DeclaredColumn>& declared) {
  text = trimmed(text);
  if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
  for (const std::string_view each : split_parts(text)) {
    if (each.empty()) throw_invalid("a key takes a path, or paths with commas between them");
    KeyPart part = read_part(each, declared);
    for (const KeyPart& other : parts_)
      if (other.path == part.path)
        throw_invalid("a key names the path '" + std::string(each) + "' twice");
    parts_.push_back(std::move(part));
  }
}

std::string KeyColumns::text() const {
  std::string text;
  for (const KeyPart& part : parts_) text += (text.empty() ? "" : ", ") + to_text(part.path);
  return text;
}

std::string KeyColumns::columns_of(const std::string& table) const {
  std::string text;
  for (const KeyPart& part : parts_)
    text += (text.empty() ? "" : ", ") + table + "." + to_text(part.path);
  return text;
}

bool KeyColumns::may_change_by(const Path& path) const {
  return std::ranges::any_of(parts_, [&](const KeyPart& part) {
    const std::size_t common = std::min(part.path.steps.size(), path.steps.size());
    return std::ranges::equal(std::span(part.path.steps).first(common),
                              std::span(path.steps).first(common));
  });
}

// Takes each part's value from `value_of(its number)`.
template <typename ValueOf>
TreeKey KeyColumns::read_key(const std::string& table, const ValueOf& value_of) const {
  TreeKey key;
  key.values.reserve(parts_.size());
  for (std::size_t at = 0; at < parts_.size(); ++at) {
    const JsonValue& value = value_of(at);
    Value first = sql_value(value);
    if (first.is_null()) refuse(parts_[at], table, value.kind);
    key.values.push_back(canonical(value, parts_[at]));
    if (at == 0) key.first = std::move(first);
  }
  return key;
}

TreeKey KeyColumns::key_of(std::string_view tree, const std::string& table) const {
  return read_key(
      table, [&](std::size_t at) { return json::find_in_minimal(tree, parts_[at].path.steps); });
}

TreeKey KeyColumns::key_of(const std::vector<JsonValue>& values, const std::string& table) const {
  return read_key(table, [&](std::size_t at) -> const JsonValue& { return values[at]; });
}

JsonValue json_value_at(const batch::Vector& vector, std::size_t row) {
  using batch::Tag;
  JsonValue value;
  switch (vector.tag(row)) {
    case Tag::Missing:
      return value;
    case Tag::Null:
      value.kind = JsonKind::Null;
      return value;
    case Tag::False:
    case Tag::True:
      value.kind = vector.tag(row) == Tag::True ? JsonKind::True : JsonKind::False;
      return value;
    case Tag::Integer:
      value.kind = JsonKind::Integer;
      value.integer = vector.integers[row];
      return value;
    case Tag::Real:
      value.kind = JsonKind::Real;
      value.real = vector.reals[row];
      return value;
    case Tag::BigNumber:
    case Tag::String:
      value.kind = vector.tag(row) == Tag::String ? JsonKind::String : JsonKind::BigNumber;
      if (value.kind == JsonKind::BigNumber) value.real = vector.reals[row];
      value.text = vector.text(row);
      return value;
    case Tag::Array:
      value.kind = JsonKind::Array;
      return value;
    default:
      value.kind = JsonKind::Object;
      if (vector.tag(row) == Tag::Opaque && vector.text(row).starts_with('['))
        value.kind = JsonKind::Array;
      return value;
  }
}

bool keeps_integers(const KeyPart& part) {
  return part.affinity != Affinity::Text && part.affinity != Affinity::Real;
}

bool keeps_text(const KeyPart& part, std::string_view text) {
  if (is_numeric(part.affinity)) return false;
  if (part.collation == Collation::RTrim) return !text.ends_with(' ');
  return part.collation == Collation::Binary ||
         std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

KeyReader::KeyReader(batch::BatchReader& batch, const KeyColumns& columns, batch::RowSpan rows)
    : columns_(columns) {
  for (const KeyPart& part : columns.parts())
    vectors_.push_back(batch::with_texts(batch::read_path(batch, part.path, rows)));
}

TreeKey KeyReader::at(std::size_t index, const std::string& table) const {
  std::vector<JsonValue> values;
  for (const batch::VectorPtr& vector : vectors_) values.push_back(json_value_at(*vector, index));
  return columns_.key_of(values, table);
}

}  // namespace arbors::store
