#include "ext/scan/term_condition.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "engine/expr/forms/builder.h"
#include "ext/planning/exactness.h"
#include "ext/planning/operators.h"

namespace arbors::ext {

namespace {

expr::Coercion wider(expr::Coercion left, expr::Coercion right) {
  if (left == expr::Coercion::None) return right;
  if (right == expr::Coercion::None || left == right) return left;
  return expr::Coercion::Superset;
}

// The coercion that serves every member of an IN list.
expr::Coercion members_coercion(Affinity column, const PathFacts& facts,
                                const std::vector<Value>& members) {
  auto widest = expr::Coercion::None;
  for (const Value& member : members)
    if (!member.is_null()) widest = wider(widest, superset_coercion(column, facts, member));
  return widest;
}

// Integers from here on share their double with others.
constexpr std::int64_t kManyPerDouble = std::int64_t{1} << 53;

bool is_large(const Value& member) {
  const Value number = member.is_text() ? numeric_value(member.text) : member;
  return number.is_number() &&
         std::abs(apply_affinity(number, Affinity::Real).real) >= kManyPerDouble;
}

// In an IN list a REAL column's integers are compared as doubles (elsewhere exactly): where a
// member is large, all large numbers may be meant.
expr::ExprPtr in_condition(const Condition& condition, const PathFacts& facts) {
  const TableColumn& column = *condition.column.data;
  const std::vector<Value>& members = condition.right.values();
  const bool large =
      column.affinity == Affinity::Real && std::any_of(members.begin(), members.end(), is_large);
  expr::ExprPtr in = expr::in(expr::path(column.path), members, false, condition.collation,
                              members_coercion(column.affinity, facts, members));
  if (!large) return in;
  const auto bound = [&](expr::Comparison op, std::int64_t value) {
    return expr::compare(op, expr::path(column.path), expr::constant(Value::of(value)),
                         condition.collation, expr::Coercion::NumericSuperset);
  };
  return expr::or_any({std::move(in), bound(expr::Comparison::GreaterEqual, kManyPerDouble),
                       bound(expr::Comparison::LessEqual, -kManyPerDouble)});
}

// A comparison, or IS and IS NOT.
expr::ExprPtr comparing_condition(const Condition& condition, const PathFacts& facts) {
  const TableColumn& column = *condition.column.data;
  const Value& value = condition.right.value();
  const expr::Coercion way = condition.exact ? exact_coercion(column.affinity)
                                             : superset_coercion(column.affinity, facts, value);
  expr::ExprPtr left = expr::path(column.path);
  expr::ExprPtr right = expr::constant(value);
  if (const auto comparison = comparison_of(condition.op))
    return expr::compare(*comparison, std::move(left), std::move(right), condition.collation, way);
  return expr::is(std::move(left), std::move(right), condition.op == TermOp::IsNot,
                  condition.collation, way);
}

}  // namespace

expr::ExprPtr term_condition(const Condition& condition, const PathFacts& facts) {
  const Path& path = condition.column.data->path;
  switch (condition.op) {
    case TermOp::IsNull:
      return expr::is_null(expr::path(path));
    case TermOp::IsNotNull:
      return expr::is_null(expr::path(path), true);
    case TermOp::In:
      return in_condition(condition, facts);
    case TermOp::Like:
      return expr::match(expr::Pattern::Like, expr::path(path),
                         expr::constant(condition.right.value()));
    case TermOp::Glob:
      return expr::match(expr::Pattern::Glob, expr::path(path),
                         expr::constant(condition.right.value()));
    default:
      return comparing_condition(condition, facts);
  }
}

}  // namespace arbors::ext
