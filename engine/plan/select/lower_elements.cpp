// Queries inside expressions that read json_each(list) alone, mostly a list of the row around:
// EXISTS, IN and values of them become list functions, which see each element as their root.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/core_lowering.h"

namespace arbors::plan::select {
namespace {

// What is asked of a list, as an expression over it.
using OfList = std::function<expr::ExprPtr(const expr::ExprPtr& list)>;

const char* const kNotOfElements =
    "a query over json_each inside an expression is understood as EXISTS, IN, and the value of "
    "count, sum, avg, min, max or the first element, with conditions on the elements: any other is "
    "not understood here";

bool reads_elements(const expr::Expr& expr) { return !expr::paths(expr).empty(); }

bool takes_rows(const Query& query) {
  if (!query.limit) return true;
  const auto* rows = query.limit->as<expr::Constant>();
  return rows != nullptr && rows->value.kind == ValueKind::Integer && rows->value.integer != 0 &&
         !query.offset;
}

// Tells whether a query over json_each has a row for each element that its conditions keep.
bool takes_each_element(const Query& query) {
  const Core& core = query.cores.front();
  return core.group_by.empty() && !core.having && core.windows.empty() && !core.from.front().on &&
         takes_rows(query);
}

// A path may hold an object, a scalar or a text, which json_each reads too.
expr::ExprPtr of_any(const expr::ExprPtr& given, const OfList& asked) {
  const expr::ExprPtr whole = asked(expr::call("json_values", {given}));
  if (bare_path(*given) == nullptr) return whole;
  expr::ExprPtr array = expr::compare(expr::Comparison::Equal, expr::call("json_kind", {given}),
                                      expr::constant(Value::of("array")));
  return expr::case_of(nullptr, {{std::move(array), asked(given)}}, whole);
}

expr::ExprPtr filtered(const expr::ExprPtr& list, const expr::ExprPtr& condition) {
  return condition ? expr::call("list_filter", {list, condition}) : list;
}

expr::ExprPtr mapped(const expr::ExprPtr& list, const expr::ExprPtr& value) {
  const Path* path = bare_path(*value);
  return path != nullptr && path->steps.empty() ? list : expr::call("list_map", {list, value});
}

expr::ExprPtr both(const expr::ExprPtr& left, const expr::ExprPtr& right) {
  return !left ? right : !right ? left : expr::and_all({left, right});
}

// The list function that an aggregate over a query's rows is; null: none is.
expr::ExprPtr aggregate_of(const AggregateCall& call, const expr::ExprPtr& list,
                           const expr::ExprPtr& where) {
  const expr::ExprPtr condition = both(where, call.filter);
  if (call.distinct || call.second) return nullptr;
  if (call.function->kind == AggregateKind::Count) {
    const expr::ExprPtr counted =
        call.argument ? both(condition, expr::is_null(call.argument, true)) : condition;
    return counted ? expr::call("list_count", {list, counted}) : expr::call("list_len", {list});
  }
  if (expr::collation(*call.argument, *call.argument) != Collation::Binary) return nullptr;
  for (const auto& [kind, name] :
       {std::pair{AggregateKind::Sum, "list_sum"}, std::pair{AggregateKind::Average, "list_avg"},
        std::pair{AggregateKind::Min, "list_min"}, std::pair{AggregateKind::Max, "list_max"}})
    if (call.function->kind == kind)
      return expr::call(name, {mapped(filtered(list, condition), call.argument)});
  return nullptr;
}

// `element = value`, where the element is compared as it is; null: it is another condition.
const expr::Compare* plain_equality(const expr::Expr& condition) {
  const auto* compare = condition.as<expr::Compare>();
  const bool plain = compare != nullptr && compare->op == expr::Comparison::Equal &&
                     compare->collation == Collation::Binary &&
                     compare->coercion == expr::Coercion::None;
  return plain ? compare : nullptr;
}

}  // namespace

bool CoreLowering::is_over_elements(const Query& query) {
  const Core& core = query.cores.front();
  return query.with.empty() && query.cores.size() == 1 && core.values.empty() &&
         core.from.size() == 1 && core.from.front().kind == FromItem::Kind::Each;
}

// Gives the elements their names. Names of the query around are read as parameters.
void CoreLowering::see_elements() {
  const FromItem& item = core_.from.front();
  ScopeTable table;
  table.alias = item.alias.empty() ? item.name : item.alias;
  std::vector<Column> columns = each_columns();
  for (Column& column : columns)
    if (column.name == "key") column.of = Column::Of::Nothing;
  table.columns = std::make_shared<const std::vector<Column>>(std::move(columns));
  table.trees = false;
  scope_.tables.push_back(std::move(table));
  partner_ = true;
  of_elements_ = true;
}

// Sorts the conditions: those on the elements, those on the row around, and an equality of both.
CoreLowering::ElementConditions CoreLowering::element_conditions() {
  ElementConditions sorted;
  std::vector<expr::ExprPtr> conjuncts, inside, outside;
  if (core_.where) add_conjuncts(core_.where, conjuncts);
  for (const expr::ExprPtr& one : conjuncts) {
    const expr::ExprPtr condition = lower(one, {"WHERE"}, core_.begin).expr;
    if (!reads_outer(*condition)) {
      inside.push_back(condition);
    } else if (!reads_elements(*condition)) {
      outside.push_back(over_pair(condition, {}));
    } else {
      const bool plain = plain_equality(*condition) != nullptr && !sorted.element;
      const std::size_t at = plain && reads_outer(*condition->args[0]) ? 1 : 0;
      if (!plain || reads_outer(*condition->args[at]) || reads_elements(*condition->args[1 - at]))
        lexer_.fail_at(core_.begin, kNotOfElements);
      sorted.element = condition->args[at];
      sorted.wanted = over_pair(condition->args[1 - at], {});
    }
  }
  if (!inside.empty()) sorted.inside = expr::and_all(std::move(inside));
  if (!outside.empty()) sorted.outside = expr::and_all(std::move(outside));
  return sorted;
}

// A query over json_each as list functions; nullopt: it is another query.
std::optional<Typed> CoreLowering::over_elements(const Leaf& leaf, const Clause& clause) {
  if (of_elements_ && !is_over_elements(*leaf.query))
    lexer_.fail_at(leaf.begin, "a query inside one over json_each is not understood here");
  if (!is_over_elements(*leaf.query)) return std::nullopt;
  const Query& query = *leaf.query;
  const Core& core = query.cores.front();
  const expr::ExprPtr list =
      lower(core.from.front().argument, clause, core.from.front().begin).expr;
  CoreLowering inner(lowering_, core, tables_, &scope_);
  const bool value = leaf.kind == Leaf::Kind::Scalar;
  if (!takes_each_element(query) || (core.distinct && value))
    lexer_.fail_at(leaf.begin, kNotOfElements);
  inner.see_elements();
  const ElementConditions where = inner.element_conditions();
  if (leaf.kind == Leaf::Kind::Exists) return inner.exists_element(list, where);
  if (core.columns.size() != 1 || !core.columns.front().expr)
    lexer_.fail_at(leaf.begin,
                   "a query over json_each as a value, or behind IN, must have one "
                   "column, named: another is not understood here");
  if (where.outside || where.wanted) lexer_.fail_at(leaf.begin, kNotOfElements);
  if (value) return inner.element_value(list, where, query);
  const Typed left = lower(leaf.args[0], clause, leaf.begin);
  return inner.in_elements(leaf, left, list, where);
}

Typed CoreLowering::exists_element(const expr::ExprPtr& list, const ElementConditions& where) {
  refuse_aggregates();
  expr::ExprPtr found = of_any(list, [&](const expr::ExprPtr& of) {
    if (where.wanted)
      return expr::call("list_contains",
                        {mapped(filtered(of, where.inside), where.element), where.wanted});
    if (where.inside) return expr::call("list_any", {of, where.inside});
    return expr::compare(expr::Comparison::Greater, expr::call("list_len", {of}),
                         expr::constant(Value::of(std::int64_t{0})));
  });
  if (!where.wanted && !where.outside) return constant(std::move(found));
  return constant(expr::is_truth(both(where.outside, found), true));
}

// IN, which list_contains answers as it is: NULL where only a NULL may have been the one.
Typed CoreLowering::in_elements(const Leaf& leaf, const Typed& left, const expr::ExprPtr& list,
                                const ElementConditions& where) {
  refuse_aggregates();
  const Typed value = lower(core_.columns.front().expr, {"IN"}, leaf.begin);
  const InComparison how = compared_in(left, value, leaf.begin);
  if (reads_outer(*value.expr) || how.collation != Collation::Binary ||
      how.coercion != expr::Coercion::None)
    lexer_.fail_at(leaf.begin,
                   "IN over json_each that converts what it compares, or has a collation, is not "
                   "understood here");
  expr::ExprPtr found = of_any(list, [&](const expr::ExprPtr& of) {
    return expr::call("list_contains", {mapped(filtered(of, where.inside), value.expr), left.expr});
  });
  return constant(leaf.flag ? expr::negation(std::move(found)) : std::move(found));
}

// Aggregates over the elements, or the value of the first.
Typed CoreLowering::element_value(const expr::ExprPtr& list, const ElementConditions& where,
                                  const Query& query) {
  Typed value = lower(core_.columns.front().expr, {"the result", true}, query.begin);
  if (reads_outer(*value.expr) || (calls_.empty() && !query.order_by.empty()))
    lexer_.fail_at(query.begin, kNotOfElements);
  value.collation = {};
  value.explicit_collation = false;
  if (calls_.empty()) {
    value.expr = of_any(list, [&](const expr::ExprPtr& of) {
      return expr::call("list_first", {mapped(filtered(of, where.inside), value.expr)});
    });
    return value;
  }
  if (reads_elements(*value.expr)) lexer_.fail_at(query.begin, kNotOfElements);
  value.expr = rewrite_leaves(value.expr, [&](const expr::ExprPtr& leaf) {
    const auto* call = leaf->as<expr::Parameter>();
    if (call == nullptr) return leaf;
    return of_any(list, [&](const expr::ExprPtr& of) {
      const expr::ExprPtr made = aggregate_of(calls_[call->number - kCallValue], of, where.inside);
      if (!made) lexer_.fail_at(query.begin, kNotOfElements);
      return made;
    });
  });
  return value;
}

}  // namespace arbors::plan::select
