// Builds checked expressions, one function a form. Every constructor of a tree passes through here,
// so a tree that exists is well-formed; throws Error{Limit} beyond kMaxDepth.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/expr/forms/expression.h"

namespace arbors::expr {

ExprPtr constant(Value value);
ExprPtr boolean(bool value);
ExprPtr parameter(std::uint32_t number);
ExprPtr path(Path path, Affinity affinity = Affinity::None);
// A path that leads nowhere in any tree, for values that are gone: a constant would be null, which
// a tree shows.
ExprPtr missing();
bool leads_nowhere(const Path& path);

// With collation and coercion as the caller knows them (SQL), or as the operands say (plans).
ExprPtr compare(Comparison op, ExprPtr left, ExprPtr right, Collation collation, Coercion coercion);
ExprPtr compare(Comparison op, ExprPtr left, ExprPtr right);
ExprPtr is(ExprPtr left, ExprPtr right, bool negated, Collation collation, Coercion coercion);
ExprPtr is(ExprPtr left, ExprPtr right, bool negated = false);
ExprPtr is_truth(ExprPtr value, bool truth, bool negated = false);
ExprPtr is_null(ExprPtr value, bool negated = false);
ExprPtr between(ExprPtr value, ExprPtr low, ExprPtr high, bool negated, Collation low_collation,
                Collation high_collation, Coercion low_coercion, Coercion high_coercion);
ExprPtr between(ExprPtr value, ExprPtr low, ExprPtr high, bool negated = false);
ExprPtr in(ExprPtr value, std::vector<Value> items, bool negated, Collation collation,
           Coercion coercion);
ExprPtr in(ExprPtr value, std::vector<ExprPtr> items, bool negated = false);
ExprPtr match(Pattern pattern, ExprPtr text, ExprPtr pattern_text, ExprPtr escape = nullptr,
              bool negated = false);

// Joins conditions; one is itself, none is true (and_all) or false (or_any). Nested joins of the
// same kind are flattened.
ExprPtr and_all(std::vector<ExprPtr> conditions);
ExprPtr or_any(std::vector<ExprPtr> conditions);
ExprPtr negation(ExprPtr value);

ExprPtr calculate(Arithmetic op, ExprPtr left, ExprPtr right);
ExprPtr unary(Unary op, ExprPtr value);
ExprPtr concat(ExprPtr left, ExprPtr right);
// `base` and `otherwise` may be null.
struct When {
  ExprPtr when, then;
};
ExprPtr case_of(ExprPtr base, std::vector<When> branches, ExprPtr otherwise);
ExprPtr cast(ExprPtr value, std::string type);
ExprPtr collate(ExprPtr value, Collation collation);

// Calls a function by name (case ignored). Throws Error{Invalid} for an unknown name (suggesting
// the nearest) or a wrong number of arguments.
ExprPtr call(std::string_view name, std::vector<ExprPtr> args);

// Makes the same form over other operands, as a rewrite needs.
ExprPtr with_args(const Expr& expr, std::vector<ExprPtr> args);

}  // namespace arbors::expr
