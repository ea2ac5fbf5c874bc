// Computes calculations and functions over constants once, and takes conditions that are always
// true out of filters. Truth values elsewhere are left: a tree tells true from 1.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

bool calculates(const expr::Expr& expr) {
  const auto* call = expr.as<expr::Call>();
  if (call != nullptr) return call->function->shape == expr::Function::Shape::Scalar;
  return expr.as<expr::Calculate>() != nullptr || expr.as<expr::UnaryOp>() != nullptr ||
         expr.as<expr::Concat>() != nullptr;
}

// Computes an expression over constants. One that makes an object, an array or a big number stays
// as it is: no constant is one.
expr::ExprPtr value_of(const expr::ExprPtr& expr) {
  const batch::Scope nothing(batch::constant(Value::null(), 1));
  const batch::VectorPtr value = expr::evaluate(*expr, {nothing}, expr::Selection::all(1));
  const batch::Tag tag = value->tag(0);
  if (tag == batch::Tag::True || tag == batch::Tag::False)
    return expr::boolean(tag == batch::Tag::True);
  const bool plain = tag == batch::Tag::Null || tag == batch::Tag::Integer ||
                     tag == batch::Tag::Real || tag == batch::Tag::String;
  return plain ? expr::constant(batch::value_at(*value, 0)) : expr;
}

expr::ExprPtr fold(const expr::ExprPtr& expr) {
  if (expr->args.empty()) return expr;
  std::vector<expr::ExprPtr> args = expr->args;
  for (expr::ExprPtr& arg : args) arg = fold(arg);
  expr::ExprPtr folded = args == expr->args ? expr : expr::with_args(*expr, std::move(args));
  if (!calculates(*folded) || !expr::is_constant(*folded)) return folded;
  try {
    return value_of(folded);
  } catch (const Error&) {
    return folded;  // fails when it is run, if it is run
  }
}

void fold_all(std::vector<NamedExpr>& fields) {
  for (NamedExpr& field : fields) field.expr = fold(field.expr);
}

bool always_true(const expr::ExprPtr& condition) {
  if (!expr::is_constant(*condition)) return false;
  try {
    const Value value = expr::evaluate_constant(*condition);
    return !value.is_null() && is_true(Scalar(value));
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

NodePtr fold_constants(const NodePtr& node, const SourceFacts&) {
  if (const auto* filter = std::get_if<Filter>(&node->op)) {
    std::vector<expr::ExprPtr> conditions = conjuncts(fold(filter->predicate));
    std::erase_if(conditions, always_true);
    if (conditions.empty()) return node->inputs.front();
    const expr::ExprPtr predicate = expr::and_all(std::move(conditions));
    if (expr::equal(*predicate, *filter->predicate)) return nullptr;
    return make(Filter{predicate}, node->inputs);
  }
  if (const auto* project = std::get_if<Project>(&node->op)) {
    Project folded = *project;
    fold_all(folded.fields);
    for (std::size_t i = 0; i < folded.fields.size(); ++i)
      if (folded.fields[i].expr != project->fields[i].expr) return make(folded, node->inputs);
  }
  return nullptr;
}

}  // namespace arbors::plan
