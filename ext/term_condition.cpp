#include "ext/term_condition.h"

#include "engine/expr/builder.h"
#include "ext/exactness.h"
#include "ext/sql_value.h"

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
    case TermOp::In: {
      std::vector<Value> members = in_values(argument);
      const expr::Coercion way = members_coercion(column.affinity, facts, members);
      return expr::in(std::move(left), std::move(members), false, term.collation, way);
    }
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
