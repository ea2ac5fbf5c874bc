#include "engine/plan/join.h"

#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::plan {
namespace {

Path field_path(const std::string& name) { return Path{{{PathStep::Kind::Key, name, 0}}}; }

bool reads_nothing(const expr::Expr& expr) { return expr::paths(expr).empty(); }

// The pair of keys that an equality of both trees is.
std::optional<JoinKey> key_of(const expr::ExprPtr& condition, const std::string& as) {
  const auto* compare = condition->as<expr::Compare>();
  const auto* is = condition->as<expr::Is>();
  const bool equal = compare != nullptr && compare->op == expr::Comparison::Equal;
  if (!equal && (is == nullptr || is->negated)) return std::nullopt;
  for (const std::size_t left : {0, 1}) {
    const expr::ExprPtr& of_left = condition->args[left];
    const expr::ExprPtr& of_right = condition->args[1 - left];
    if (reads_nothing(*of_left) || reads_nothing(*of_right) || !reads_left_only(*of_left, as))
      continue;
    const expr::ExprPtr right = over_right(of_right, as);
    if (!right) continue;
    return JoinKey{of_left, right, equal ? compare->collation : is->collation,
                   equal ? compare->coercion : is->coercion, !equal};
  }
  return std::nullopt;
}

}  // namespace

JoinKey join_key(expr::ExprPtr left, expr::ExprPtr right) {
  const Collation collation = expr::collation(*left, *right);
  const expr::Coercion coercion = expr::coercion(*left, *right);
  return {std::move(left), std::move(right), collation, coercion, false};
}

void add_condition(Join& join, const expr::ExprPtr& condition) {
  for (const expr::ExprPtr& one : conjuncts(condition)) {
    if (auto key = key_of(one, join.as))
      join.keys.push_back(std::move(*key));
    else
      join.residual = join.residual ? expr::and_all({join.residual, one}) : one;
  }
}

expr::ExprPtr over_right(const expr::ExprPtr& expr, const std::string& as) {
  const Path field = field_path(as);
  return rewrite_leaves(expr, [&](const expr::ExprPtr& leaf) -> expr::ExprPtr {
    const auto* read = leaf->as<expr::PathRead>();
    if (read == nullptr) return leaf;
    if (!starts_with(read->path, field)) return nullptr;
    return expr::path(Path{{read->path.steps.begin() + 1, read->path.steps.end()}}, read->affinity);
  });
}

bool reads_left_only(const expr::Expr& expr, const std::string& as) {
  const std::vector<Path> read = expr::paths(expr);
  return std::none_of(read.begin(), read.end(), [&](const Path& path) {
    return path.steps.empty() || starts_with(path, field_path(as));
  });
}

}  // namespace arbors::plan
