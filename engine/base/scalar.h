// One SQL value seen in place: what rows of vectors and constants look like to operators, without
// owning a text. The row-by-row meaning of SQLite's operators is here, once; typed loops elsewhere
// must agree with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/value.h"

namespace arbors {

struct Scalar {
  ValueKind kind = ValueKind::Null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;  // Text, Json, Blob: must outlive the scalar

  Scalar() = default;
  explicit Scalar(std::int64_t value) : kind(ValueKind::Integer), integer(value) {}
  explicit Scalar(double value) : kind(ValueKind::Real), real(value) {}
  explicit Scalar(std::string_view value, ValueKind text_kind = ValueKind::Text)
      : kind(text_kind), text(value) {}
  explicit Scalar(const Value& value)
      : kind(value.kind), integer(value.integer), real(value.real), text(value.text) {}

  bool is_null() const { return kind == ValueKind::Null; }
  bool is_number() const { return kind == ValueKind::Integer || kind == ValueKind::Real; }
  bool is_text() const { return kind == ValueKind::Text || kind == ValueKind::Json; }
};

Value to_value(const Scalar& scalar);

// Compares in SQLite's total order (see value.h).
int compare(const Scalar& left, const Scalar& right, Collation collation = Collation::Binary);

// Conversions as SQLite's operators and CAST do them; NULL is the caller's.
bool is_true(const Scalar& value);  // a number other than 0, or a text that begins with one
std::int64_t to_integer(const Scalar& value);
double to_real(const Scalar& value);
void append_text(std::string& out, const Scalar& value);
Scalar to_number(const Scalar& value);  // an Integer or a Real, texts by their numeric prefix
Value cast(const Scalar& value, Affinity affinity);  // None: to a blob

// Arithmetic with SQLite's rules: integers that overflow become reals, division by zero is NULL,
// `%` works on integers.
enum class Arithmetic : std::uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  Remainder,
  BitAnd,
  BitOr,
  ShiftLeft,
  ShiftRight
};
Scalar calculate(Arithmetic op, const Scalar& left, const Scalar& right);

}  // namespace arbors
