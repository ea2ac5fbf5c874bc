// Functions on numbers, as in SQLite.
#include <array>
#include <cmath>
#include <limits>

#include "engine/base/error.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"

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

// Numbers of most calls, which all versions round alike: to whole ones.
bool rounds_otherwise(Arguments args) {
  constexpr double kNoFraction = 4503599627370496.0;  // from here on
  return args.size() > 1 || !args[0].is_number() || !(std::fabs(to_real(args[0])) <= kNoFraction);
}
void round_to_whole(Arguments args, VectorBuilder& out) {
  const double value = to_real(args[0]);
  out.append_real(static_cast<double>(static_cast<std::int64_t>(value + (value < 0 ? -0.5 : 0.5))));
}

// Gives a value that a column of the type may hold as it is.
void as_declared(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    const std::string type(frame.args[1][i].text);
    const Affinity affinity = affinity_of_type(type);
    const bool whole = affinity == Affinity::Integer || affinity == Affinity::Numeric;
    const bool plain = value.is_null() || (value.is_text() && affinity == Affinity::Text) ||
                       (value.kind == ValueKind::Integer && whole) ||
                       (value.kind == ValueKind::Real && affinity == Affinity::Real);
    if (!plain) {
      const Value before = value.is_text()                    ? Value::of(std::string(value.text))
                           : value.kind == ValueKind::Integer ? Value::of(value.integer)
                                                              : Value::of(value.real);
      if (apply_affinity(before, affinity).kind != before.kind)
        throw_invalid(std::string("a column declared ")
                          .append(type)
                          .append(" holds a value that SQLite converts or not as it plans (write "
                                  "CAST(… AS ")
                          .append(type)
                          .append("))"));
    }
    frame.pass(0, i);
  }
}

constexpr std::array<Function, 3> kNumberFunctions{{
    {"abs", 1, 1, "abs(number)", "the number without its sign", kScalar, each_known_row<absolute>},
    {"as_declared", 2, 2, "as_declared(value, type)",
     "the value; an error where a column of that type would convert it", kScalar, as_declared},
    {"round", 1, 2, "round(number [, digits])", "the number rounded to digits after the point",
     kScalar, host_rows_where<"round", rounds_otherwise, round_to_whole>},
}};

}  // namespace

std::span<const Function> number_functions() { return kNumberFunctions; }

}  // namespace arbors::expr
