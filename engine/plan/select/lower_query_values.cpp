// Queries as values: (query), EXISTS and IN anywhere but among the conditions of WHERE. Each is
// joined to every row, or by the equalities with the query around, and its value is a field.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/join.h"
#include "engine/plan/select/core_lowering.h"

namespace arbors::plan::select {
namespace {

constexpr const char* kOne = "one";

AggregateCall count_of(const char* name, expr::ExprPtr argument) {
  AggregateCall call;
  call.function = find_aggregate("count");
  call.name = name;
  call.argument = std::move(argument);
  return call;
}

}  // namespace

Join CoreLowering::value_join() {
  Join join;
  join.kind = Join::Kind::Left;
  join.as = fresh_field("value");
  return join;
}

// Joins a query to the rows, or later to the groups, and gives its values, which are paths or
// conditions over the joined trees.
std::vector<expr::ExprPtr> CoreLowering::join_values(Join join, NodePtr right,
                                                     std::vector<expr::ExprPtr> values,
                                                     const Clause& clause) {
  if (!clause.aggregates) {
    plan_ = make(std::move(join), {plan_, std::move(right)});
    return values;
  }
  scalars_.push_back({std::move(join), std::move(right)});
  for (expr::ExprPtr& value : values) {
    scalar_values_.push_back(std::move(value));
    value = expr::parameter(kScalarValue + static_cast<std::uint32_t>(scalar_values_.size() - 1));
  }
  return values;
}

void CoreLowering::add_scalars() {
  for (PendingScalar& scalar : scalars_) {
    for (JoinKey& key : scalar.join.keys) key.left = finished(key.left, core_.begin);
    plan_ = make(std::move(scalar.join), {plan_, std::move(scalar.right)});
  }
}

// (query) as a value.
Typed CoreLowering::scalar(const Leaf& leaf, const Clause& clause) {
  if (auto value = over_elements(leaf, clause)) return *std::move(value);
  Join join = value_join();
  try {
    Lowered inner = lowering_.query(*leaf.query, tables_, &scope_);
    if (inner.columns.size() != 1)
      lexer_.fail_at(leaf.begin, "a query as a value must have one column");
    const OutColumn& column = inner.columns.front();
    Path path = field(join.as);
    if (!inner.whole_trees) path.steps.push_back(field(column.name).steps.front());
    join.keys.push_back(always());
    Typed value{expr::path(path), column.affinity, {}, false, false, false, column.mixed};
    value.mark = std::max(column.mark, JsonMark::Text);
    value.expr = join_values(std::move(join), first_row(inner.plan), {value.expr}, clause).front();
    return value;
  } catch (const OuterName&) {
    if (clause.joins)
      lexer_.fail_at(leaf.begin,
                     "a query in ON that reads the query around it is not understood here");
    return correlated_scalar(leaf, std::move(join));
  }
}

// Groups an inner query by what equals values of the query around, which become the join's keys.
void CoreLowering::group_partner(CoreLowering& inner, Join& join, std::size_t byte) {
  Join pairs;
  pairs.as = join.as;
  for (const expr::ExprPtr& condition : inner.conditions_)
    add_condition(pairs, inner.over_pair(condition, field(join.as)));
  const bool exact = std::all_of(pairs.keys.begin(), pairs.keys.end(), [](const JoinKey& key) {
    return key.collation == Collation::Binary && key.coercion == expr::Coercion::None &&
           !key.nulls_equal;
  });
  if (pairs.keys.empty() || pairs.residual || !exact)
    lexer_.fail_at(byte,
                   "a query that reads the query around it by anything but plain equalities is not "
                   "understood here");
  for (JoinKey& key : pairs.keys) {
    inner.keys_.push_back(constant(key.right));
    join.keys.push_back(std::move(key));
  }
  inner.group(false);
  for (std::size_t i = 0; i < join.keys.size(); ++i)
    join.keys[i].right = expr::path(field(inner.key_names_[i]));
}

// (SELECT aggregate … WHERE inner = outer): grouped by the inner keys, and joined by them.
Typed CoreLowering::correlated_scalar(const Leaf& leaf, Join join) {
  const Query& query = *leaf.query;
  CoreLowering inner(lowering_, query.cores.front(), tables_, &scope_);
  inner.lower_partner(query);
  if (inner.core_.columns.size() != 1 || !inner.core_.columns.front().expr)
    lexer_.fail_at(leaf.begin, "a query as a value must have one column");
  const Typed result =
      inner.lower(inner.core_.columns.front().expr, {"the result", true}, leaf.begin);
  if (inner.calls_.empty() || reads_outer(*result.expr) || !inner.scalars_.empty())
    lexer_.fail_at(leaf.begin,
                   "a query as a value that reads the query around it is understood here as "
                   "aggregates alone: any other is not understood here");
  group_partner(inner, join, leaf.begin);
  Typed value = inner.over_groups(result, leaf.begin);
  value.expr = rewrite_leaves(value.expr, [&](const expr::ExprPtr& read) -> expr::ExprPtr {
    const Path* path = bare_path(*read);
    if (path == nullptr) return read;
    expr::ExprPtr joined = under(read, field(join.as));
    for (const AggregateCall& call : inner.calls_) {  // what there is of no rows
      if (field(call.name) != *path) continue;
      if (call.function->kind == AggregateKind::Count)
        return expr::call("ifnull", {joined, expr::constant(Value::of(std::int64_t{0}))});
      if (call.function->kind == AggregateKind::Total)
        return expr::call("ifnull", {joined, expr::constant(Value::of(0.0))});
      if (call.function->kind == AggregateKind::List ||
          call.function->kind == AggregateKind::Object)
        lexer_.fail_at(leaf.begin, std::string(call.function->name) +
                                       "() in a query that reads the query around it is not "
                                       "understood here");
    }
    return joined;
  });
  plan_ = make(std::move(join), {plan_, inner.plan_});
  value.mark = std::max(value.mark, JsonMark::Text);
  value.collation = {};
  value.explicit_collation = false;
  return value;
}

// EXISTS as a value: whether there is a row to join.
Typed CoreLowering::exists(const Leaf& leaf, const Clause& clause) {
  if (auto value = over_elements(leaf, clause)) return *std::move(value);
  if (clause.joins) lexer_.fail_at(leaf.begin, "EXISTS in ON is not understood here");
  try {
    const Lowered inner = lowering_.query(*leaf.query, tables_, &scope_);
    Join join = value_join();
    join.keys.push_back(always());
    Path path = field(join.as);
    path.steps.push_back(field(kOne).steps.front());
    Project one;
    one.fields.push_back({kOne, expr::constant(Value::of(std::int64_t{1}))});
    NodePtr right = make(std::move(one), {first_row(inner.plan)});
    return constant(join_values(std::move(join), std::move(right),
                                {expr::is_null(expr::path(path), true)}, clause)
                        .front());
  } catch (const OuterName&) {
    return correlated_exists(leaf);
  }
}

Typed CoreLowering::correlated_exists(const Leaf& leaf) {
  CoreLowering inner(lowering_, leaf.query->cores.front(), tables_, &scope_);
  inner.lower_partner(*leaf.query);
  inner.refuse_aggregates();
  Join join = value_join();
  group_partner(inner, join, leaf.begin);
  const expr::ExprPtr key = under(join.keys.front().right, field(join.as));
  plan_ = make(std::move(join), {plan_, inner.plan_});
  return constant(expr::is_null(key, true));
}

// IN over a query as a value: 1, 0, or NULL where a NULL may have been the one.
Typed CoreLowering::in_query(const Leaf& leaf, const Clause& clause) {
  if (auto value = over_elements(leaf, clause)) return *std::move(value);
  if (clause.joins) lexer_.fail_at(leaf.begin, "IN over a query in ON is not understood here");
  const Typed left = lower(leaf.args[0], clause, leaf.begin);
  Lowered inner;
  try {
    inner = lowering_.query(*leaf.query, tables_, &scope_);
  } catch (const OuterName&) {
    lexer_.fail_at(leaf.begin,
                   "IN over a query that reads the query around it is understood here as a "
                   "condition that AND joins in WHERE: elsewhere it is not understood here");
  }
  const Typed value = only_column(inner, leaf.begin);
  const InComparison how = compared_in(left, value, leaf.begin);
  if (how.coercion != expr::Coercion::None)
    lexer_.fail_at(leaf.begin,
                   "IN over a query that converts what it compares is understood here as a "
                   "condition that AND joins in WHERE: elsewhere it is not understood here");
  const InCounts counts = in_counts(value, inner.plan, clause);
  Join partner = value_join();
  partner.keys.push_back({left.expr, value.expr, how.collation, how.coercion, false});
  UniqueBy unique;
  unique.keys.push_back(as_key({value.expr, {}, how.collation, false, false}));
  const expr::ExprPtr there = expr::is_null(under(value.expr, field(partner.as)), true);
  const auto found = join_values(partner, make(std::move(unique), {inner.plan}), {there}, clause);
  const auto number = [](std::int64_t value_of) { return expr::constant(Value::of(value_of)); };
  const expr::ExprPtr unknown = expr::or_any({expr::is_null(left.expr), counts.nulls});
  expr::ExprPtr made = expr::case_of(nullptr,
                                     {{found[0], number(leaf.flag ? 0 : 1)},
                                      {counts.none, number(leaf.flag ? 1 : 0)},
                                      {unknown, expr::constant(Value::null())}},
                                     number(leaf.flag ? 1 : 0));
  return over_operands(std::move(made), {left});
}

CoreLowering::InCounts CoreLowering::in_counts(const Typed& value, const NodePtr& plan,
                                               const Clause& clause) {
  Join counts = value_join();
  counts.keys.push_back(always());
  const auto counted = [&](const char* name) {
    return expr::path(Path{{field(counts.as).steps.front(), field(name).steps.front()}});
  };
  const expr::ExprPtr none = expr::compare(expr::Comparison::Equal, counted("rows"),
                                           expr::constant(Value::of(std::int64_t{0})));
  const expr::ExprPtr nulls =
      expr::compare(expr::Comparison::Less, counted("known"), counted("rows"));
  NodePtr all = make(Aggregate{{count_of("rows", nullptr), count_of("known", value.expr)}}, {plan});
  const auto values = join_values(counts, std::move(all), {none, nulls}, clause);
  return {values[0], values[1]};
}

}  // namespace arbors::plan::select
