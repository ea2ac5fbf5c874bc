// SQLite's mathematical functions (https://sqlite.org/lang_mathfunc.html): NULL for a text that is
// no number and where the result would be none.
#include <array>
#include <cmath>
#include <numbers>

#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"

namespace arbors::expr {
namespace {

using batch::VectorBuilder;

// Reads an argument as a number; NULL where it is none.
Value number_of(const Scalar& value) {
  return value.is_text() ? numeric_value(value.text, false) : to_value(value);
}

void append_real(VectorBuilder& out, double value) {
  std::isnan(value) ? out.append_null() : out.append_real(value);
}

template <double (*whole)(double)>
void to_whole(Arguments args, VectorBuilder& out) {
  const Value number = number_of(args[0]);
  if (number.kind == ValueKind::Integer) return out.append_integer(number.integer);
  number.is_number() ? append_real(out, whole(number.real)) : out.append_null();
}

template <double (*compute)(double)>
void of_one(Arguments args, VectorBuilder& out) {
  const Value number = number_of(args[0]);
  number.is_number() ? append_real(out, compute(to_real(Scalar(number)))) : out.append_null();
}

template <double (*compute)(double, double)>
void of_two(Arguments args, VectorBuilder& out) {
  const Value left = number_of(args[0]);
  const Value right = number_of(args[1]);
  if (!left.is_number() || !right.is_number()) return out.append_null();
  append_real(out, compute(to_real(Scalar(left)), to_real(Scalar(right))));
}

// A logarithm; NaN, which becomes NULL, of what has none.
template <double (*logarithm)(double)>
double checked(double value) {
  return value > 0 ? logarithm(value) : std::nan("");
}

double log_to_base(double base, double value) {
  return base > 1 ? checked<std::log>(value) / std::log(base) : std::nan("");
}

double to_radians(double degrees) { return degrees * (std::numbers::pi / 180.0); }
double to_degrees(double radians) { return radians * (180.0 / std::numbers::pi); }

void log(Arguments args, VectorBuilder& out) {
  args.size() == 1 ? of_one<checked<std::log10>>(args, out) : of_two<log_to_base>(args, out);
}

void sign(Arguments args, VectorBuilder& out) {
  const Value number = number_of(args[0]);
  if (!number.is_number()) return out.append_null();
  const double value = to_real(Scalar(number));
  out.append_integer(value > 0 ? 1 : (value < 0 ? -1 : 0));
}

void pi(Arguments, VectorBuilder& out) { out.append_real(std::numbers::pi); }

constexpr std::array<Function, 30> kMathFunctions{{
    {"floor", 1, 1, "floor(number)", "the greatest whole number not above", kScalar,
     each_known_row<to_whole<std::floor>>},
    {"ceil", 1, 1, "ceil(number)", "the least whole number not below", kScalar,
     each_known_row<to_whole<std::ceil>>},
    {"ceiling", 1, 1, "ceiling(number)", "the same as ceil", kScalar,
     each_known_row<to_whole<std::ceil>>},
    {"trunc", 1, 1, "trunc(number)", "the number without its fraction", kScalar,
     each_known_row<to_whole<std::trunc>>},
    {"sqrt", 1, 1, "sqrt(number)", "the square root", kScalar, each_known_row<of_one<std::sqrt>>},
    {"power", 2, 2, "power(number, exponent)", "the number to the power of exponent", kScalar,
     each_known_row<of_two<std::pow>>},
    {"pow", 2, 2, "pow(number, exponent)", "the same as power", kScalar,
     each_known_row<of_two<std::pow>>},
    {"mod", 2, 2, "mod(number, by)", "the remainder, also of reals", kScalar,
     each_known_row<of_two<std::fmod>>},
    {"exp", 1, 1, "exp(number)", "e to the power of number", kScalar,
     each_known_row<of_one<std::exp>>},
    {"ln", 1, 1, "ln(number)", "the natural logarithm", kScalar,
     each_known_row<of_one<checked<std::log>>>},
    {"log", 1, 2, "log([base,] number)", "the logarithm to the base, else to 10", kScalar,
     host_rows_or<"log", log>},
    {"log10", 1, 1, "log10(number)", "the logarithm to base 10", kScalar,
     host_rows_or<"log10", of_one<checked<std::log10>>>},
    {"log2", 1, 1, "log2(number)", "the logarithm to base 2", kScalar,
     host_rows_or<"log2", of_one<checked<std::log2>>>},
    {"pi", 0, 0, "pi()", "3.14159…", kScalar, each_row<pi>},
    {"radians", 1, 1, "radians(degrees)", "an angle in radians", kScalar,
     each_known_row<of_one<to_radians>>},
    {"degrees", 1, 1, "degrees(radians)", "an angle in degrees", kScalar,
     each_known_row<of_one<to_degrees>>},
    {"sin", 1, 1, "sin(radians)", "the sine", kScalar, each_known_row<of_one<std::sin>>},
    {"cos", 1, 1, "cos(radians)", "the cosine", kScalar, each_known_row<of_one<std::cos>>},
    {"tan", 1, 1, "tan(radians)", "the tangent", kScalar, each_known_row<of_one<std::tan>>},
    {"asin", 1, 1, "asin(number)", "the angle with this sine", kScalar,
     each_known_row<of_one<std::asin>>},
    {"acos", 1, 1, "acos(number)", "the angle with this cosine", kScalar,
     each_known_row<of_one<std::acos>>},
    {"atan", 1, 1, "atan(number)", "the angle with this tangent", kScalar,
     each_known_row<of_one<std::atan>>},
    {"atan2", 2, 2, "atan2(y, x)", "the angle of the point (x, y)", kScalar,
     each_known_row<of_two<std::atan2>>},
    {"sinh", 1, 1, "sinh(number)", "the hyperbolic sine", kScalar,
     each_known_row<of_one<std::sinh>>},
    {"cosh", 1, 1, "cosh(number)", "the hyperbolic cosine", kScalar,
     each_known_row<of_one<std::cosh>>},
    {"tanh", 1, 1, "tanh(number)", "the hyperbolic tangent", kScalar,
     each_known_row<of_one<std::tanh>>},
    {"asinh", 1, 1, "asinh(number)", "the inverse of sinh", kScalar,
     each_known_row<of_one<std::asinh>>},
    {"acosh", 1, 1, "acosh(number)", "the inverse of cosh", kScalar,
     each_known_row<of_one<std::acosh>>},
    {"atanh", 1, 1, "atanh(number)", "the inverse of tanh", kScalar,
     each_known_row<of_one<std::atanh>>},
    {"sign", 1, 1, "sign(number)", "-1, 0 or 1", kScalar, each_known_row<sign>},
}};

}  // namespace

std::span<const Function> math_functions() { return kMathFunctions; }

}  // namespace arbors::expr
