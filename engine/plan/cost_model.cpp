#include "engine/plan/cost_model.h"

#include <algorithm>
#include <type_traits>

#include "engine/expr/deduce/selectivity.h"
#include "engine/expr/forms/function.h"

namespace arbors::plan {
namespace {

// Estimates the work per tree besides reading paths, a comparison being 1.
double work_of(const expr::Expr& expr) {
  double own = 1;
  if (expr.as<expr::Constant>() != nullptr || expr.as<expr::PathRead>() != nullptr) own = 0;
  if (expr.as<expr::Match>() != nullptr) own = 8;
  if (const auto* call = expr.as<expr::Call>())
    own = call->function->shape == expr::Function::Shape::Scalar ? 4 : 30;
  for (const expr::ExprPtr& arg : expr.args) own += work_of(*arg);
  return own;
}

}  // namespace

double SourceFacts::selectivity(const Source&, const expr::Expr& condition) const {
  return expr::selectivity(condition);
}

double SourceFacts::read_work(const Source&, const Path&) const { return kReadColumn; }

bool SourceFacts::has_index(const Source&, const Path&) const { return false; }

PathKnowledge SourceFacts::values(const Source&, const Path&) const { return {}; }

const SourceFacts& SourceFacts::none() {
  static const SourceFacts nothing;
  return nothing;
}

ConditionCost cost_of(const expr::Expr& condition, const Source* source, const SourceFacts& facts) {
  ConditionCost cost{
      source == nullptr ? expr::selectivity(condition) : facts.selectivity(*source, condition),
      work_of(condition)};
  for (const Path& path : expr::paths(condition))
    cost.work += source == nullptr ? kReadColumn : facts.read_work(*source, path);
  cost.work = std::max(cost.work, kReadColumn);  // a constant alone costs next to nothing
  return cost;
}

double walk_work(const FirstTrees& first, const PathKnowledge& keys) {
  const double least = 1 / (keys.trees + 1);
  const double passing = std::clamp(first.passing / std::max(first.walked, least), least, 1.0);
  const double visited = first.count / passing;
  if (first.nulls_first && keys.nulls >= visited) return visited * keys.trees / keys.nulls;
  const double null_batches =
      first.nulls_first ? std::min(keys.trees, keys.nulls * keys.batch_trees) : 0;
  // The trees of one key are looked at together.
  const double of_a_key = (keys.trees - keys.nulls) / std::max(keys.distinct, 1.0);
  return null_batches + kWalk * std::max(visited, of_a_key);
}

bool keeps_trees(const Node& node) {
  return std::visit(
      [](const auto& op) {
        using Op = std::decay_t<decltype(op)>;
        return std::is_same_v<Op, Filter> || std::is_same_v<Op, Slice> ||
               std::is_same_v<Op, Tail> || std::is_same_v<Op, Take> || std::is_same_v<Op, Sample> ||
               std::is_same_v<Op, Shuffle> || std::is_same_v<Op, Reverse> ||
               std::is_same_v<Op, Sort> || std::is_same_v<Op, UniqueBy> ||
               std::is_same_v<Op, Remove> || std::is_same_v<Op, IndexBy>;
      },
      node.op);
}

const Source* source_of(const Node& node) {
  if (const auto* source = std::get_if<Source>(&node.op)) return source;
  return keeps_trees(node) ? source_of(*node.inputs.front()) : nullptr;
}

}  // namespace arbors::plan
