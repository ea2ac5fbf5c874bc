// filter a = 1 or a = 2 or a in (3)  becomes  filter a in (1, 2, 3): one look-up a value, which
// statistics, indexes and restrictions by rowid understand. NULL stays NULL: so IN says.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/value_set.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/rule.h"

namespace arbors::plan {
namespace {

// An alternative that says that a value is one of some.
struct Membership {
  expr::ExprPtr value;
  std::vector<Value> items;
  Collation collation;
  expr::Coercion coercion;

  bool unites(const Membership& other) const {
    return collation == other.collation && coercion == other.coercion &&
           expr::equal(*value, *other.value);
  }
};

bool may_convert(expr::Coercion coercion) {
  return coercion == expr::Coercion::None || coercion == expr::Coercion::Numeric;
}

std::optional<Membership> membership_of(const expr::Expr& expr) {
  if (const auto* in = expr.as<expr::In>()) {
    if (in->negated || expr.args.size() > 1 || in->set->holds_null() ||
        !may_convert(in->set->coercion()))
      return std::nullopt;
    return Membership{expr.args[0], in->set->items(), in->set->collation(), in->set->coercion()};
  }
  const auto* compare = expr.as<expr::Compare>();
  if (compare == nullptr || compare->op != expr::Comparison::Equal ||
      !may_convert(compare->coercion))
    return std::nullopt;
  const auto* item = expr.args[1]->as<expr::Constant>();
  if (item == nullptr || item->value.is_null() || expr::is_constant(*expr.args[0]))
    return std::nullopt;
  return Membership{expr.args[0], {item->value}, compare->collation, compare->coercion};
}

expr::ExprPtr united(const expr::ExprPtr& condition) {
  const bool any = condition->as<expr::Or>() != nullptr;
  if (!any && condition->as<expr::And>() == nullptr) return condition;
  std::vector<expr::ExprPtr> others;
  std::vector<Membership> members;
  bool changed = false;
  for (const expr::ExprPtr& arg : condition->args) {
    others.push_back(united(arg));
    changed = changed || others.back() != arg;
    std::optional<Membership> one = any ? membership_of(*others.back()) : std::nullopt;
    if (!one) continue;
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const Membership& known) { return known.unites(*one); });
    if (same == members.end()) {
      members.push_back(*std::move(one));
      continue;
    }
    same->items.insert(same->items.end(), one->items.begin(), one->items.end());
    changed = true;
  }
  if (!changed) return condition;
  if (!any) return expr::and_all(std::move(others));
  std::erase_if(others, [](const expr::ExprPtr& arg) { return membership_of(*arg).has_value(); });
  for (Membership& one : members)
    others.push_back(one.items.size() == 1
                         ? expr::compare(expr::Comparison::Equal, std::move(one.value),
                                         expr::constant(std::move(one.items.front())),
                                         one.collation, one.coercion)
                         : expr::in(std::move(one.value), std::move(one.items), false,
                                    one.collation, one.coercion));
  return expr::or_any(std::move(others));
}

}  // namespace

NodePtr unite_alternatives(const NodePtr& node, const SourceFacts&) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  expr::ExprPtr predicate = united(filter->predicate);
  return predicate == filter->predicate ? nullptr
                                        : make(Filter{std::move(predicate)}, node->inputs);
}

}  // namespace arbors::plan
