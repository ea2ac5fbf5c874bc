#include "engine/plan/expression_parts.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::plan {
namespace {

bool takes_elements(const expr::Expr& expr) {
  const auto* call = expr.as<expr::Call>();
  return call != nullptr && call->function->shape == expr::Function::Shape::Elements;
}

// Makes an IN over constants a set again, so that it is looked up and pruned as one.
expr::ExprPtr as_set(const expr::ExprPtr& expr) {
  const auto* in = expr->as<expr::In>();
  if (in == nullptr || expr->args.size() == 1) return expr;
  std::vector<Value> items = in->set->items();
  if (in->set->holds_null()) items.push_back(Value::null());
  for (std::size_t i = 1; i < expr->args.size(); ++i) {
    const auto* constant = expr->args[i]->as<expr::Constant>();
    if (constant == nullptr) return expr;
    items.push_back(constant->value);
  }
  return expr::in(expr->args.front(), std::move(items), in->negated, in->set->collation(),
                  in->set->coercion());
}

expr::ExprPtr rewrite(const expr::ExprPtr& expr, const RewriteLeaf& leaf, bool into_elements) {
  if (expr->args.empty()) return leaf(expr);
  std::vector<expr::ExprPtr> args = expr->args;
  const std::size_t count = takes_elements(*expr) && !into_elements ? 1 : args.size();
  for (std::size_t i = 0; i < count; ++i) {
    args[i] = rewrite(args[i], leaf, into_elements);
    if (!args[i]) return nullptr;
  }
  if (args == expr->args) return expr;
  return as_set(expr::with_args(*expr, std::move(args)));
}

}  // namespace

expr::ExprPtr rewrite_leaves(const expr::ExprPtr& expr, const RewriteLeaf& leaf) {
  return rewrite(expr, leaf, false);
}

expr::ExprPtr bind_parameters(const expr::ExprPtr& expr, std::span<const Value> parameters) {
  if (expr::parameter_count(*expr) == 0) return expr;
  const auto bind = [&](const expr::ExprPtr& leaf) {
    const auto* parameter = leaf->as<expr::Parameter>();
    if (parameter == nullptr) return leaf;
    if (parameter->number > parameters.size())
      throw_invalid("parameter ?" + std::to_string(parameter->number) +
                    " is not given (there are " + std::to_string(parameters.size()) + ")");
    return expr::constant(parameters[parameter->number - 1]);
  };
  return rewrite(expr, bind, true);
}

std::vector<expr::ExprPtr> conjuncts(const expr::ExprPtr& predicate) {
  if (predicate->as<expr::And>() != nullptr) return predicate->args;
  return {predicate};
}

const Path* bare_path(const expr::Expr& expr) {
  const auto* read = expr.as<expr::PathRead>();
  return read == nullptr ? nullptr : &read->path;
}

bool same_for_equals(const expr::Expr& condition) {
  const auto all = [&](const auto& is) {
    return std::ranges::all_of(condition.args, [&](const expr::ExprPtr& arg) { return is(*arg); });
  };
  if (condition.as<expr::And>() || condition.as<expr::Or>() || condition.as<expr::Not>())
    return all(same_for_equals);
  const auto by_value = [](expr::Coercion coercion) {
    return coercion == expr::Coercion::None || coercion == expr::Coercion::Numeric;
  };
  const auto* compare = condition.as<expr::Compare>();
  const auto* is = condition.as<expr::Is>();
  const auto* between = condition.as<expr::Between>();
  const auto* in = condition.as<expr::In>();
  const bool compares = (compare != nullptr && by_value(compare->coercion)) ||
                        (is != nullptr && by_value(is->coercion)) ||
                        (between != nullptr && by_value(between->low) && by_value(between->high)) ||
                        (in != nullptr && by_value(in->set->coercion())) ||
                        condition.as<expr::IsNull>() != nullptr;
  return compares && all([](const expr::Expr& arg) {
           return bare_path(arg) != nullptr || arg.as<expr::Constant>() != nullptr;
         });
}

bool starts_with(const Path& path, const Path& prefix) {
  return path.steps.size() >= prefix.steps.size() &&
         std::equal(prefix.steps.begin(), prefix.steps.end(), path.steps.begin());
}

}  // namespace arbors::plan
