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
  if (args[0].kind != ValueKind::Integer) {
    const double real = to_real(args[0]);
    return out.append_real(real < 0 ? -real : real);  // -0.0 stays, as in SQLite
  }
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

void real_only(Arguments args, VectorBuilder& out) {
  if (args[0].kind == ValueKind::Integer)
    throw_invalid("a column declared REAL holds the integer " + std::to_string(args[0].integer) +
                  ", of which SQLite makes a real or not as it plans (write CAST(… AS REAL))");
  append(out, args[0]);
}

constexpr std::array<Function, 3> kNumberFunctions{{
    {"abs", 1, 1, "abs(number)", "the number without its sign", kScalar, each_known_row<absolute>},
    {"real_only", 1, 1, "real_only(value)", "the value; an error of an integer", kScalar,
     each_row<real_only>},
    {"round", 1, 2, "round(number [, digits])", "the number rounded to digits after the point",
     kScalar, each_known_row<round>},
}};

}  // namespace

std::span<const Function> number_functions() { return kNumberFunctions; }

}  // namespace arbors::expr
