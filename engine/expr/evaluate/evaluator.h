// Walks an expression once per batch of rows and computes it operator by operator. Predicates give
// truth bytes, other operators operands; kernels live in files of their own.
#pragma once

#include "engine/expr/evaluate/eval_context.h"
#include "engine/expr/evaluate/operand.h"
#include "engine/expr/evaluate/truth.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

class Evaluator {
 public:
  // Both outlive the evaluator and the operands it gives.
  Evaluator(const EvalContext& context, const Selection& selection)
      : context_(context), selection_(selection) {}

  std::uint32_t rows() const { return selection_.size(); }
  const EvalContext& context() const { return context_; }
  const Selection& selection() const { return selection_; }

  // Gives the values of an expression. With Nested::Kind, objects and arrays of a path may come
  // without their text.
  Operand value(const Expr& expr, batch::Nested nested = batch::Nested::Text);

  // Gives the truth of an expression, for each selected row.
  Truths truth(const Expr& expr);

  // Opens the list that an expression gives in each selected row.
  batch::List list(const Expr& expr);

 private:
  friend struct ValueOf;
  Operand read(const Path& path, batch::Nested nested);
  const Value& parameter(std::uint32_t number) const;

  const EvalContext& context_;
  const Selection& selection_;
};

// Gives truths as a vector of True, False and Null rows.
batch::VectorPtr truth_vector(const Truths& truths);

// Gives an operand as a vector of `rows` rows, row for row.
batch::VectorPtr dense(const Operand& operand, std::uint32_t rows);

}  // namespace arbors::expr
