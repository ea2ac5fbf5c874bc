// Functions on numbers, as in SQLite.
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/function.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

void absolute(Arguments args, VectorBuilder& out) {
  if (args[0].kind != ValueKind::Integer) return out.append_real(std::fabs(to_real(args[0])));
  const std::int64_t value = args[0].integer;
  if (value == std::numeric_limits<std::int64_t>::min()) throw_invalid("abs: integer overflow");
  out.append_integer(value < 0 ? -value : value);
}

// Rounds half up in decimal as SQLite's printf does: the value is nudged by a few parts in 1e16, so
// that 2.675, stored a little below, rounds to 2.68.
double round_to(double value, int digits) {
  if (std::fabs(value) > 4503599627370496.0) return value;  // has no fraction
  if (digits == 0)
    return static_cast<double>(static_cast<std::int64_t>(value + (value < 0 ? -0.5 : 0.5)));
  long double magnitude = std::fabs(value);
  double half = 0.5;
  for (int i = 0; i < digits; ++i) half *= 0.1;
  const int exponent = value == 0 ? -1023 : std::ilogb(value);
  if (digits + exponent / 3 < 15) half += static_cast<double>(magnitude * 3e-16L);
  magnitude += half;
  long double whole = 0;
  long double fraction = std::modf(magnitude, &whole);
  std::string text = std::to_string(static_cast<std::int64_t>(whole)) + '.';
  for (int i = 0; i < digits; ++i) {
    fraction *= 10;
    const int digit = std::min(9, static_cast<int>(fraction));
    text += static_cast<char>('0' + digit);
    fraction -= digit;
  }
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return value < 0 ? -rounded : rounded;
}

void round(Arguments args, VectorBuilder& out) {
  const std::int64_t digits = args.size() > 1 ? to_integer(args[1]) : 0;
  const auto bounded =
      static_cast<int>(std::min<std::int64_t>(30, std::max<std::int64_t>(0, digits)));
  out.append_real(round_to(to_real(args[0]), bounded));
}

void sign(Arguments args, VectorBuilder& out) {
  const Value read = args[0].is_text() ? numeric_value(args[0].text) : to_value(args[0]);
  if (!read.is_number()) return out.append_null();
  const double value = to_real(Scalar(read));
  out.append_integer(value > 0 ? 1 : (value < 0 ? -1 : 0));
}

template <double (*whole)(double)>
void to_whole(Arguments args, VectorBuilder& out) {
  const Value read = args[0].is_text() ? numeric_value(args[0].text) : to_value(args[0]);
  if (read.kind == ValueKind::Integer) return out.append_integer(read.integer);
  read.is_null() ? out.append_null() : out.append_real(whole(read.real));
}

void square_root(Arguments args, VectorBuilder& out) {
  const double root = std::sqrt(to_real(args[0]));
  std::isnan(root) ? out.append_null() : out.append_real(root);
}

void power(Arguments args, VectorBuilder& out) {
  const double result = std::pow(to_real(args[0]), to_real(args[1]));
  std::isnan(result) ? out.append_null() : out.append_real(result);
}

constexpr auto kScalar = Function::Shape::Scalar;
constexpr std::array<Function, 7> kFunctions{{
    {"abs", 1, 1, "abs(number)", "the number without its sign", kScalar, each_known_row<absolute>},
    {"round", 1, 2, "round(number [, digits])", "the number rounded to digits after the point",
     kScalar, each_known_row<round>},
    {"sign", 1, 1, "sign(number)", "-1, 0 or 1", kScalar, each_known_row<sign>},
    {"floor", 1, 1, "floor(number)", "the greatest whole number not above", kScalar,
     each_known_row<to_whole<std::floor>>},
    {"ceil", 1, 1, "ceil(number)", "the least whole number not below", kScalar,
     each_known_row<to_whole<std::ceil>>},
    {"sqrt", 1, 1, "sqrt(number)", "the square root", kScalar, each_known_row<square_root>},
    {"power", 2, 2, "power(number, exponent)", "the number to the power of exponent", kScalar,
     each_known_row<power>},
}};

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace arbors::expr
