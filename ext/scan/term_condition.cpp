#include "ext/scan/term_condition.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "engine/expr/forms/builder.h"
#include "ext/host/sql_value.h"
#include "ext/planning/exactness.h"

namespace arbors::ext {

std::vector<Value> in_values(sqlite3_value* list) {
  std::vector<Value> values;
  sqlite3_value* item = nullptr;
  int result = sqlite3_vtab_in_first(list, &item);
  for (; result == SQLITE_OK && item != nullptr; result = sqlite3_vtab_in_next(list, &item))
    values.push_back(to_value(item));
  if (result != SQLITE_OK && result != SQLITE_DONE) throw std::bad_alloc();
  return values;
}

namespace {

expr::Comparison comparison(TermOp op) {
  switch (op) {
    case TermOp::NotEqual:
      return expr::Comparison::NotEqual;
    case TermOp::Less:
      return expr::Comparison::Less;
    case TermOp::LessEqual:
      return expr::Comparison::LessEqual;
    case TermOp::Greater:
      return expr::Comparison::Greater;
    case TermOp::GreaterEqual:
      return expr::Comparison::GreaterEqual;
    default:
      return expr::Comparison::Equal;
  }
}

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
expr::ExprPtr in_condition(const TableColumn& column, const PathFacts& facts, const Term& term,
                           std::vector<Value> members) {
  const expr::Coercion way = members_coercion(column.affinity, facts, members);
  const bool large =
      column.affinity == Affinity::Real && std::any_of(members.begin(), members.end(), is_large);
  expr::ExprPtr in =
      expr::in(expr::path(column.path), std::move(members), false, term.collation, way);
  if (!large) return in;
  const auto bound = [&](expr::Comparison op, std::int64_t value) {
    return expr::compare(op, expr::path(column.path), expr::constant(Value::of(value)),
                         term.collation, expr::Coercion::NumericSuperset);
  };
  return expr::or_any({std::move(in), bound(expr::Comparison::GreaterEqual, kManyPerDouble),
                       bound(expr::Comparison::LessEqual, -kManyPerDouble)});
}

}  // namespace

expr::ExprPtr term_condition(const TableColumn& column, const PathFacts& facts, const Term& term,
                             sqlite3_value* argument) {
  const auto coercion = [&](const Value& right) {
    return term.exact ? exact_coercion(column.affinity)
                      : superset_coercion(column.affinity, facts, right);
  };
  expr::ExprPtr left = expr::path(column.path);
  switch (term.op) {
    case TermOp::IsNull:
      return expr::is_null(std::move(left));
    case TermOp::IsNotNull:
      return expr::is_null(std::move(left), true);
    case TermOp::In:
      return in_condition(column, facts, term, in_values(argument));
    case TermOp::Like:
      return expr::match(expr::Pattern::Like, std::move(left), expr::constant(to_value(argument)));
    case TermOp::Glob:
      return expr::match(expr::Pattern::Glob, std::move(left), expr::constant(to_value(argument)));
    case TermOp::Is:
    case TermOp::IsNot: {
      Value right = to_value(argument);
      const expr::Coercion way = coercion(right);
      return expr::is(std::move(left), expr::constant(std::move(right)), term.op == TermOp::IsNot,
                      term.collation, way);
    }
    default: {
      Value right = to_value(argument);
      const expr::Coercion way = coercion(right);
      return expr::compare(comparison(term.op), std::move(left), expr::constant(std::move(right)),
                           term.collation, way);
    }
  }
}

}  // namespace arbors::ext
