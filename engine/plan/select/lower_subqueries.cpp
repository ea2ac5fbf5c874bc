// Queries inside expressions: IN and EXISTS among the conditions of WHERE become semi and anti
// joins; a query as a value is joined to every row. Those that read columns of the query around
// must do so by equalities, which become keys.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/join.h"
#include "engine/plan/select/core_lowering.h"

namespace arbors::plan::select {
expr::ExprPtr under(const expr::ExprPtr& expr, const Path& root) {
  return rewrite_leaves(expr, [&](const expr::ExprPtr& leaf) {
    const auto* read = leaf->as<expr::PathRead>();
    if (read == nullptr) return leaf;
    Path path = root;
    path.steps.insert(path.steps.end(), read->path.steps.begin(), read->path.steps.end());
    return expr::path(std::move(path), read->affinity);
  });
}

bool reads_outer(const expr::Expr& expr) { return expr::parameter_count(expr) >= kOuterValue; }

JoinKey always() {
  const expr::ExprPtr one = expr::constant(Value::of(std::int64_t{1}));
  return {one, one, Collation::Binary, expr::Coercion::None, false};
}

NodePtr first_row(NodePtr plan) { return make(Slice{0, 1}, {std::move(plan)}); }

void add_conjuncts(const expr::ExprPtr& parsed, std::vector<expr::ExprPtr>& found) {
  if (parsed->as<expr::And>() == nullptr) return found.push_back(parsed);
  for (const expr::ExprPtr& one : parsed->args) add_conjuncts(one, found);
}

// Reads a name of the query around, if this one may.
Typed CoreLowering::outer_name(const Leaf& leaf, const Scope::Found& found) {
  if (!partner_) throw OuterName{leaf.begin, found.name};
  if (found.level > 1)
    lexer_.fail_at(leaf.begin, "a name of a query two levels around (" + found.name +
                                   ") is not understood here");
  outer_values_.push_back(found.value);
  Typed value = found.value;
  value.expr = expr::parameter(kOuterValue + static_cast<std::uint32_t>(outer_values_.size() - 1));
  return value;
}

// Reads FROM and WHERE as one side of a join: `conditions_` gets what reads the query around.
void CoreLowering::lower_partner(const Query& query) {
  partner_ = true;
  scope_.makes_reals = true;
  from();
  if (core_.distinct || !core_.group_by.empty() || core_.having || query.limit ||
      query.cores.size() != 1 || !core_.values.empty())
    lexer_.fail_at(
        query.begin,
        "a query with groups, set operators, DISTINCT or LIMIT that reads columns of the "
        "query around it is not understood here");
  std::vector<expr::ExprPtr> conjuncts, own;
  if (core_.where) add_conjuncts(core_.where, conjuncts);
  for (const expr::ExprPtr& one : conjuncts) {
    expr::ExprPtr condition = lower(one, {"WHERE"}, core_.begin).expr;
    (reads_outer(*condition) ? conditions_ : own).push_back(std::move(condition));
  }
  if (!own.empty()) plan_ = make(Filter{expr::and_all(std::move(own))}, {plan_});
}

// EXISTS over an aggregate without groups is true whatever rows there are.
void CoreLowering::refuse_aggregates() const {
  const auto refuse = [&](const auto& self, const expr::ExprPtr& parsed) -> void {
    const Leaf* leaf = leaf_of(*parsed);
    if (leaf != nullptr && leaf->kind == Leaf::Kind::Aggregate)
      lexer_.fail_at(leaf->begin,
                     "an aggregate in EXISTS over a query that reads the query around it is not "
                     "understood here");
    for (const expr::ExprPtr& arg : leaf != nullptr ? leaf->args : parsed->args) self(self, arg);
  };
  for (const ResultColumn& column : core_.columns)
    if (column.expr) refuse(refuse, column.expr);
}

// A condition of a partner over {left…, as: right}.
expr::ExprPtr CoreLowering::over_pair(const expr::ExprPtr& condition, const Path& as) const {
  return rewrite_leaves(under(condition, as), [&](const expr::ExprPtr& leaf) {
    const auto* parameter = leaf->as<expr::Parameter>();
    return parameter == nullptr ? leaf : outer_values_[parameter->number - kOuterValue].expr;
  });
}

InComparison CoreLowering::compared_in(const Typed& left, const Typed& column,
                                       std::size_t byte) const {
  try {
    return in_comparison(left, column);
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
}

// The column of a query behind IN.
Typed CoreLowering::only_column(const Lowered& inner, std::size_t byte) const {
  if (inner.columns.size() != 1 || inner.whole_trees)
    lexer_.fail_at(byte, "the query behind IN must have one column");
  const OutColumn& column = inner.columns.front();
  return {expr::path(field(column.name)),
          column.affinity,
          column.collation,
          column.explicit_collation,
          true,
          false,
          column.mixed};
}

void CoreLowering::add_in_key(Join& join, const Typed& left, const Typed& value,
                              std::size_t byte) const {
  const InComparison how = compared_in(left, value, byte);
  join.keys.insert(join.keys.begin(), JoinKey{left_of_in(left), sure_text(value, left),
                                              how.collation, how.coercion, false});
}

// [NOT] IN and [NOT] EXISTS as a condition that must hold.
void CoreLowering::keep_partners(const Leaf& leaf, bool negated) {
  const bool in = leaf.kind == Leaf::Kind::In;
  Join join;
  join.kind = negated ? Join::Kind::Anti : Join::Kind::Semi;
  join.as = fresh_field("inner query");
  join.null_aware = in && negated;
  std::optional<Typed> left;
  if (in) left = lower(leaf.args[0], {"WHERE"}, leaf.begin);
  NodePtr right;
  try {
    right = partner_apart(leaf, left, join);
  } catch (const OuterName&) {
    right = partner_within(leaf, left, join);
  }
  plan_ = make(std::move(join), {plan_, std::move(right)});
}

// An inner query that reads nothing of the query around it; `left` stands before IN, none before
// EXISTS.
NodePtr CoreLowering::partner_apart(const Leaf& leaf, const std::optional<Typed>& left,
                                    Join& join) {
  const Lowered inner = lowering_.query(*leaf.query, tables_, &scope_);
  if (!left) {
    join.keys.push_back(always());
    return first_row(inner.plan);
  }
  add_in_key(join, *left, only_column(inner, leaf.query->begin), leaf.begin);
  return inner.plan;
}

// One that reads the query around it, by equalities that become the join's keys.
NodePtr CoreLowering::partner_within(const Leaf& leaf, const std::optional<Typed>& left,
                                     Join& join) {
  const Query& query = *leaf.query;
  CoreLowering inner(lowering_, query.cores.front(), tables_, &scope_);
  inner.lower_partner(query);
  if (!left) {
    inner.refuse_aggregates();
  } else {
    if (inner.core_.columns.size() != 1 || !inner.core_.columns.front().expr)
      lexer_.fail_at(query.begin, "the query behind IN must have one column");
    const Typed value = inner.lower(inner.core_.columns.front().expr, {"IN"}, query.begin);
    if (reads_outer(*value.expr))
      lexer_.fail_at(query.begin, "a result that reads the query around is not understood here");
    add_in_key(join, *left, value, leaf.begin);
  }
  for (const expr::ExprPtr& condition : inner.conditions_)
    add_condition(join, inner.over_pair(condition, field(join.as)));
  if (join.keys.empty() || (join.null_aware && join.residual))
    lexer_.fail_at(query.begin,
                   "a query that reads the query around it by anything but equalities is not "
                   "understood here");
  return inner.plan_;
}

// Tells whether any expression of this SELECT makes a field beside the trees.
bool CoreLowering::computes_fields() const {
  const auto computes = [&](const auto& self, const expr::ExprPtr& parsed) -> bool {
    if (!parsed) return false;
    if (const Leaf* leaf = leaf_of(*parsed)) {
      if (leaf->query || leaf->kind == Leaf::Kind::Window) return true;
      return self(self, leaf->filter) ||
             std::any_of(leaf->args.begin(), leaf->args.end(),
                         [&](const expr::ExprPtr& arg) { return self(self, arg); });
    }
    return std::any_of(parsed->args.begin(), parsed->args.end(),
                       [&](const expr::ExprPtr& arg) { return self(self, arg); });
  };
  const auto any = [&](const expr::ExprPtr& parsed) { return computes(computes, parsed); };
  // IN and EXISTS among WHERE's conditions make none.
  const auto any_of_where = [&] {
    std::vector<expr::ExprPtr> conditions;
    if (core_.where) add_conjuncts(core_.where, conditions);
    return std::any_of(conditions.begin(), conditions.end(), [&](const expr::ExprPtr& one) {
      const Leaf* leaf = leaf_of(one->as<expr::Not>() != nullptr ? *one->args.front() : *one);
      if (leaf == nullptr || leaf->kind < Leaf::Kind::Exists) return any(one);
      return std::any_of(leaf->args.begin(), leaf->args.end(), any);
    });
  };
  return any_of_where() || any(core_.having) ||
         std::any_of(core_.columns.begin(), core_.columns.end(),
                     [&](const ResultColumn& column) { return any(column.expr); }) ||
         std::any_of(core_.group_by.begin(), core_.group_by.end(),
                     [&](const OrderTerm& term) { return any(term.expr); }) ||
         (order_ != nullptr && std::any_of(order_->begin(), order_->end(),
                                           [&](const OrderTerm& term) { return any(term.expr); }));
}

}  // namespace arbors::plan::select
