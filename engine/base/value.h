// One SQL value as constants, statistics and edges hold it (never a hot loop's representation), and
// SQLite's one order over values: NULL < numbers < text < blob, integers and reals compared
// exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arbors {

enum class ValueKind : std::uint8_t { Null, Integer, Real, Text, Json, Blob };

enum class Collation : std::uint8_t { Binary, NoCase, RTrim };

// SQLite's type affinities (https://sqlite.org/datatype3.html section 3).
enum class Affinity : std::uint8_t { None, Text, Numeric, Integer, Real };

struct Value {
  ValueKind kind = ValueKind::Null;
  std::int64_t integer = 0;  // Integer
  double real = 0;           // Real
  std::string text;  // Text (UTF-8), Json (JSON text, a text to every operator), Blob (bytes)

  static Value null() { return {}; }
  static Value of(std::int64_t v) { return {ValueKind::Integer, v, 0, {}}; }
  static Value of(double v) { return {ValueKind::Real, 0, v, {}}; }
  static Value of(std::string v) { return {ValueKind::Text, 0, 0, std::move(v)}; }
  static Value json(std::string v) { return {ValueKind::Json, 0, 0, std::move(v)}; }
  static Value blob(std::string v) { return {ValueKind::Blob, 0, 0, std::move(v)}; }

  bool is_null() const { return kind == ValueKind::Null; }
  bool is_number() const { return kind == ValueKind::Integer || kind == ValueKind::Real; }
  bool is_text() const { return kind == ValueKind::Text || kind == ValueKind::Json; }
};

// Compares an integer with a real exactly, without rounding the integer (as SQLite does).
// Returns <0, 0, >0. NaN sorts below every number.
int compare(std::int64_t left, double right);

// Compares texts under a collation: Binary is memcmp, NoCase folds ASCII, RTrim ignores trailing
// spaces.
int compare(std::string_view left, std::string_view right, Collation collation);

// Compares two values in SQLite's total order; NULLs are equal to each other here.
int compare(const Value& left, const Value& right, Collation collation = Collation::Binary);

// Reads `text` as SQLite's numeric affinity does: the whole text, but for surrounding white space,
// must be a well-formed integer or real literal. Returns a Null value where it is not. Integers
// beyond int64 become reals; with `prefer_integer`, reals with an exact integer value
// become integers, as NUMERIC and INTEGER affinity demand.
Value numeric_value(std::string_view text, bool prefer_integer = true);

// Applies a column affinity to a value, as storing into or comparing with such a column does.
Value apply_affinity(Value value, Affinity affinity);

// Derives the affinity of a declared type name by SQLite's five rules; an empty name gives None.
Affinity affinity_of_type(std::string_view declared_type);

// Renders a real as SQLite's CAST(x AS TEXT) does ("%!.*g": always with a point or exponent).
std::string real_as_sql_text(double value);

}  // namespace arbors
