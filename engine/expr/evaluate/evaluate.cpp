#include "engine/expr/evaluate/evaluate.h"

#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/evaluator.h"

namespace arbors::expr {

batch::VectorPtr evaluate(const Expr& expr, const EvalContext& context,
                          const Selection& selection) {
  return dense(Evaluator(context, selection).value(expr), selection.size());
}

Value evaluate_constant(const Expr& expr, std::span<const Value> parameters) {
  const batch::Scope nothing(batch::constant(Value::null(), 1));
  const EvalContext context{nothing, parameters};
  const Selection one = Selection::all(1);
  const Operand result = Evaluator(context, one).value(expr);
  return result.is_constant() ? result.constant() : batch::value_at(result.vector(), result.row(0));
}

}  // namespace arbors::expr
