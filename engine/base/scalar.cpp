#include "engine/base/scalar.h"

#include <cmath>
#include <limits>

#include "engine/base/number_text.h"

namespace arbors {
namespace {

int rank(ValueKind kind) {
  switch (kind) {
    case ValueKind::Null:
      return 0;
    case ValueKind::Integer:
    case ValueKind::Real:
      return 1;
    case ValueKind::Text:
    case ValueKind::Json:
      return 2;
    default:
      return 3;
  }
}

template <typename T>
int order(T left, T right) {
  return left < right ? -1 : (left > right ? 1 : 0);
}

int compare_reals(double left, double right) {
  if (std::isnan(left) || std::isnan(right)) return order(!std::isnan(left), !std::isnan(right));
  return order(left, right);
}

int compare_numbers(const Scalar& left, const Scalar& right) {
  if (left.kind == ValueKind::Integer) {
    return right.kind == ValueKind::Integer ? order(left.integer, right.integer)
                                            : compare(left.integer, right.real);
  }
  return right.kind == ValueKind::Integer ? -compare(right.integer, left.real)
                                          : compare_reals(left.real, right.real);
}

// Gives the exact result of an integer operation, or nothing where it overflows.
std::optional<std::int64_t> exact(Arithmetic op, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Arithmetic::Add:
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case Arithmetic::Subtract:
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case Arithmetic::Multiply:
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    case Arithmetic::Divide:
      overflow = right == -1 && left == std::numeric_limits<std::int64_t>::min();
      if (!overflow) result = left / right;
      break;
    default:
      result = right == -1 ? 0 : left % right;
  }
  return overflow ? std::nullopt : std::optional(result);
}

Scalar real_or_null(double value) { return std::isnan(value) ? Scalar() : Scalar(value); }

Scalar calculate_reals(Arithmetic op, const Scalar& left, const Scalar& right) {
  const double a = to_real(left);
  const double b = to_real(right);
  switch (op) {
    case Arithmetic::Add:
      return real_or_null(a + b);
    case Arithmetic::Subtract:
      return real_or_null(a - b);
    case Arithmetic::Multiply:
      return real_or_null(a * b);
    case Arithmetic::Divide:
      return b == 0 ? Scalar() : real_or_null(a / b);
    default: {
      const auto remainder = to_integer(right);
      if (remainder == 0) return {};
      return Scalar(
          static_cast<double>(*exact(Arithmetic::Remainder, to_integer(left), remainder)));
    }
  }
}

std::int64_t shift(std::int64_t value, std::int64_t by, bool left) {
  if (by < 0) {
    left = !left;
    by = by > -64 ? -by : 64;
  }
  if (by >= 64) return left || value >= 0 ? 0 : -1;
  return left ? static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << by) : value >> by;
}

Scalar calculate_bits(Arithmetic op, std::int64_t left, std::int64_t right) {
  switch (op) {
    case Arithmetic::BitAnd:
      return Scalar(left & right);
    case Arithmetic::BitOr:
      return Scalar(left | right);
    default:
      return Scalar(shift(left, right, op == Arithmetic::ShiftLeft));
  }
}

}  // namespace

Value to_value(const Scalar& scalar) {
  return {scalar.kind, scalar.integer, scalar.real, std::string(scalar.text)};
}

int compare(const Scalar& left, const Scalar& right, Collation collation) {
  const int kinds = order(rank(left.kind), rank(right.kind));
  if (kinds != 0 || left.is_null()) return kinds;
  if (left.is_number()) return compare_numbers(left, right);
  return compare(left.text, right.text, left.is_text() ? collation : Collation::Binary);
}

bool is_true(const Scalar& value) {
  if (value.kind == ValueKind::Integer) return value.integer != 0;
  return to_real(value) != 0;
}

std::int64_t to_integer(const Scalar& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return 0;
    case ValueKind::Integer:
      return value.integer;
    case ValueKind::Real:
      return truncate_to_integer(value.real);
    default:
      return number_prefix(value.text).integer;
  }
}

double to_real(const Scalar& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return 0;
    case ValueKind::Integer:
      return static_cast<double>(value.integer);
    case ValueKind::Real:
      return value.real;
    default:
      return number_prefix(value.text).real;
  }
}

Scalar to_number(const Scalar& value) {
  if (value.is_number() || value.is_null()) return value;
  return Scalar(arithmetic_value(value.text));
}

void append_text(std::string& out, const Scalar& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return;
    case ValueKind::Integer:
      return append_integer(out, value.integer);
    case ValueKind::Real:
      out += real_as_sql_text(value.real);
      return;
    default:
      out += value.text;
  }
}

Value cast(const Scalar& value, Affinity affinity) {
  if (value.is_null()) return Value::null();
  switch (affinity) {
    case Affinity::Integer:
      return Value::of(to_integer(value));
    case Affinity::Real:
      return Value::of(to_real(value));
    case Affinity::Numeric: {
      if (value.is_number()) return to_value(value);
      Value number = arithmetic_value(value.text);
      const auto integer = truncate_to_integer(number.real);
      constexpr std::int64_t kExact = std::int64_t{1} << 51;
      const bool whole = number.kind == ValueKind::Real && integer >= -kExact && integer < kExact &&
                         static_cast<double>(integer) == number.real;
      return whole ? Value::of(integer) : number;
    }
    default: {
      std::string text;
      append_text(text, value);
      return affinity == Affinity::Text ? Value::of(std::move(text)) : Value::blob(std::move(text));
    }
  }
}

Scalar calculate(Arithmetic op, const Scalar& left, const Scalar& right) {
  if (left.is_null() || right.is_null()) return {};
  if (op >= Arithmetic::BitAnd) return calculate_bits(op, to_integer(left), to_integer(right));
  const Scalar a = to_number(left);
  const Scalar b = to_number(right);
  if (a.kind == ValueKind::Integer && b.kind == ValueKind::Integer) {
    const bool divides = op == Arithmetic::Divide || op == Arithmetic::Remainder;
    if (divides && b.integer == 0) return {};
    if (const auto result = exact(op, a.integer, b.integer)) return Scalar(*result);
  }
  // Texts are read again as reals or integers here, as SQLite does: '1e3' % 7 is 1 % 7.
  return calculate_reals(op, left, right);
}

}  // namespace arbors
