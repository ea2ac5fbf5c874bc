// One call of a function over rows: its arguments as operands, where results go, and, for list
// functions, the lists and the expression that looks at their elements.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/interrupt.h"
#include "engine/base/scalar.h"
#include "engine/batch/trees/scope.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/expr/evaluate/evaluator.h"
#include "engine/expr/evaluate/operand.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

struct CallFrame {
  std::uint32_t rows;
  std::vector<Operand> args;  // of list functions, those after the list
  batch::VectorBuilder& out;
  const EvalContext& context;
  const batch::List* list = nullptr;   // of list functions, one for each row
  const Expr* element_expr = nullptr;  // of those with an expression in element scope
  batch::VectorPtr result = nullptr;   // what the function gives in place of `out`, if anything

  // Gives row i of an argument as it is, its kind in the tree included.
  void pass(std::size_t arg, std::uint32_t i) const;
};

using Arguments = std::span<const Scalar>;
using RowFunction = void (*)(Arguments, batch::VectorBuilder&);

// What a function does with its arguments, in steps of polling.
inline std::uint64_t steps_of(Arguments args) {
  std::uint64_t steps = 1;
  for (const Scalar& arg : args) steps += arg.text.size() / kBytesAStep;
  return steps;
}

// Computes a function row by row: `function` sees the arguments of one row and appends one value.
template <RowFunction function>
void each_row(CallFrame& frame) {
  std::vector<Scalar> row(frame.args.size());
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    for (std::size_t arg = 0; arg < row.size(); ++arg) row[arg] = frame.args[arg][i];
    function(row, frame.out);
    steps.step(steps_of(row));
  }
}

// The same for functions that are NULL where any argument is.
template <RowFunction function>
void each_known_row(CallFrame& frame) {
  std::vector<Scalar> row(frame.args.size());
  PolledSteps steps;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    bool null = false;
    for (std::size_t arg = 0; arg < row.size(); ++arg) {
      row[arg] = frame.args[arg][i];
      null |= row[arg].is_null();
    }
    if (null) {
      frame.out.append_null();
    } else {
      function(row, frame.out);
    }
    steps.step(steps_of(row));
  }
}

// Appends a scalar as a value of a tree.
void append(batch::VectorBuilder& out, const Scalar& value);

// A scalar's text: its own, or a number's digits written to `buffer`.
std::string_view text_of(const Scalar& value, std::string& buffer);

// Appends the value of a vector's row, or a constant, as JSON text.
void append_json(std::string& out, const Operand& operand, std::size_t i);

// The JSON that SQLite reads a number as, which it makes a text first: with as many digits as it
// gives a real.
std::string json_of_number(const Scalar& number);

}  // namespace arbors::expr
