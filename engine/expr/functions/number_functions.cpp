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

constexpr double kNoFraction = 4503599627370496.0;  // from here on

// Numbers of most calls, which all versions round alike: to whole ones.
bool rounds_otherwise(Arguments args) {
  return args.size() > 1 || !args[0].is_number() || !(std::fabs(to_real(args[0])) <= kNoFraction);
}
double to_whole(double value) {
  return static_cast<double>(static_cast<std::int64_t>(value + (value < 0 ? -0.5 : 0.5)));
}
void round_to_whole(Arguments args, VectorBuilder& out) {
  out.append_real(to_whole(to_real(args[0])));
}

// A column of reals in one loop, where all of them are rounded alike.
void round_numbers(CallFrame& frame) {
  const Operand& numbers = frame.args[0];
  const bool reals = frame.args.size() == 1 && !numbers.is_constant() &&
                     numbers.vector().tags.empty() && numbers.vector().uniform == batch::Tag::Real;
  auto out = std::make_shared<batch::Vector>();
  bool otherwise = !reals;
  if (reals) {
    const double* const values = numbers.vector().reals.data();
    out->rows = frame.rows;
    out->uniform = batch::Tag::Real;
    out->kinds = batch::tag_bit(batch::Tag::Real);
    out->reals.resize(frame.rows);
    for (std::uint32_t i = 0; i < frame.rows; ++i) {
      const double value = values[numbers.row(i)];
      const bool whole = !(std::fabs(value) <= kNoFraction);
      otherwise |= whole;
      out->reals[i] = whole ? 0 : to_whole(value);
    }
  }
  if (otherwise) return host_rows_where<"round", rounds_otherwise, round_to_whole>(frame);
  frame.result = std::move(out);
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
     kScalar, round_numbers},
}};

}  // namespace

std::span<const Function> number_functions() { return kNumberFunctions; }

}  // namespace arbors::expr
