#include "engine/expr/forms/builder.h"

#include <algorithm>
#include <limits>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::expr {
namespace {

// An index that no array reaches.
constexpr std::int64_t kNowhere = std::numeric_limits<std::int64_t>::min() + 1;

ExprPtr make(Form form, std::vector<ExprPtr> args = {}) {
  std::uint32_t below = 0;
  for (const ExprPtr& arg : args) below = std::max(below, arg->depth);
  if (below >= kMaxDepth) {
    throw Error(ErrorCode::Limit, "the expression is nested too deeply (at most " +
                                      std::to_string(kMaxDepth) + " levels)");
  }
  return std::make_shared<const Expr>(Expr{std::move(form), std::move(args), below + 1});
}

std::vector<ExprPtr> with_optional(std::vector<ExprPtr> args, ExprPtr last) {
  if (last) args.push_back(std::move(last));
  return args;
}

template <typename Join>
ExprPtr join(std::vector<ExprPtr> conditions, bool of_none) {
  std::vector<ExprPtr> flat;
  for (ExprPtr& condition : conditions) {
    if (condition->as<Join>() != nullptr) {
      flat.insert(flat.end(), condition->args.begin(), condition->args.end());
    } else {
      flat.push_back(std::move(condition));
    }
  }
  if (flat.empty()) return boolean(of_none);
  return flat.size() == 1 ? flat.front() : make(Join{}, std::move(flat));
}

std::string arity_text(const Function& function) {
  const auto counted = [](unsigned n) {
    return std::to_string(n) + (n == 1 ? " argument" : " arguments");
  };
  if (function.least_args == function.most_args) return counted(function.least_args);
  if (function.most_args == 255) return "at least " + counted(function.least_args);
  return std::to_string(function.least_args) + " to " + counted(function.most_args);
}

// Tells whether an expression reads a path through every element of an array; that gives an array
// of the values that are there, which exists() must find not to be empty.
bool reads_each(const Expr& expr) {
  const auto* read = expr.as<PathRead>();
  return read != nullptr && std::ranges::any_of(read->path.steps, [](const PathStep& step) {
           return step.kind == PathStep::Kind::Every;
         });
}

}  // namespace

ExprPtr constant(Value value) { return make(Constant{std::move(value)}); }
ExprPtr boolean(bool value) { return make(Constant{Value::of(std::int64_t{value}), true}); }
ExprPtr parameter(std::uint32_t number) { return make(Parameter{number}); }
ExprPtr path(Path path, Affinity affinity) { return make(PathRead{std::move(path), affinity}); }

ExprPtr missing() { return path(Path{{{PathStep::Kind::Index, {}, kNowhere}}}); }

bool leads_nowhere(const Path& path) {
  return !path.steps.empty() && path.steps.front().kind == PathStep::Kind::Index &&
         path.steps.front().index == kNowhere;
}

ExprPtr compare(Comparison op, ExprPtr left, ExprPtr right, Collation collation,
                Coercion coercion) {
  return make(Compare{op, collation, coercion}, {std::move(left), std::move(right)});
}
ExprPtr compare(Comparison op, ExprPtr left, ExprPtr right) {
  const Collation order = collation(*left, *right);
  const Coercion convert = coercion(*left, *right);
  return compare(op, std::move(left), std::move(right), order, convert);
}

ExprPtr is(ExprPtr left, ExprPtr right, bool negated, Collation collation, Coercion coercion) {
  return make(Is{negated, collation, coercion}, {std::move(left), std::move(right)});
}
ExprPtr is(ExprPtr left, ExprPtr right, bool negated) {
  const Collation order = collation(*left, *right);
  const Coercion convert = coercion(*left, *right);
  return is(std::move(left), std::move(right), negated, order, convert);
}
ExprPtr is_truth(ExprPtr value, bool truth, bool negated) {
  return make(IsTruth{truth, negated}, {std::move(value)});
}
ExprPtr is_null(ExprPtr value, bool negated) { return make(IsNull{negated}, {std::move(value)}); }

ExprPtr between(ExprPtr value, ExprPtr low, ExprPtr high, bool negated, Collation low_collation,
                Collation high_collation, Coercion low_coercion, Coercion high_coercion) {
  return make(Between{negated, low_collation, high_collation, low_coercion, high_coercion},
              {std::move(value), std::move(low), std::move(high)});
}
ExprPtr between(ExprPtr value, ExprPtr low, ExprPtr high, bool negated) {
  const Collation low_order = collation(*value, *low);
  const Collation high_order = collation(*value, *high);
  const Coercion low_convert = coercion(*value, *low);
  const Coercion high_convert = coercion(*value, *high);
  return between(std::move(value), std::move(low), std::move(high), negated, low_order, high_order,
                 low_convert, high_convert);
}

ExprPtr in(ExprPtr value, std::vector<Value> items, bool negated, Collation collation,
           Coercion coercion) {
  auto set = std::make_shared<const ValueSet>(std::move(items), collation, coercion);
  return make(In{std::move(set), negated}, {std::move(value)});
}
ExprPtr in(ExprPtr value, std::vector<ExprPtr> items, bool negated) {
  // SQLite takes affinity and collation of an IN from its left side alone.
  const ExprPtr none = constant(Value::null());
  std::vector<Value> constants;
  std::vector<ExprPtr> args{value};
  for (ExprPtr& item : items) {
    if (const auto* found = item->as<Constant>()) {
      constants.push_back(found->value);
    } else {
      args.push_back(std::move(item));
    }
  }
  auto set = std::make_shared<const ValueSet>(std::move(constants), collation(*value, *none),
                                              coercion(*value, *none));
  return make(In{std::move(set), negated}, std::move(args));
}
ExprPtr match(Pattern pattern, ExprPtr text, ExprPtr pattern_text, ExprPtr escape, bool negated) {
  return make(Match{pattern, negated},
              with_optional({std::move(text), std::move(pattern_text)}, std::move(escape)));
}

ExprPtr and_all(std::vector<ExprPtr> conditions) { return join<And>(std::move(conditions), true); }
ExprPtr or_any(std::vector<ExprPtr> conditions) { return join<Or>(std::move(conditions), false); }
ExprPtr negation(ExprPtr value) { return make(Not{}, {std::move(value)}); }

ExprPtr calculate(Arithmetic op, ExprPtr left, ExprPtr right) {
  return make(Calculate{op}, {std::move(left), std::move(right)});
}
ExprPtr unary(Unary op, ExprPtr value) { return make(UnaryOp{op}, {std::move(value)}); }
ExprPtr concat(ExprPtr left, ExprPtr right) {
  return make(Concat{}, {std::move(left), std::move(right)});
}

ExprPtr case_of(ExprPtr base, std::vector<When> branches, ExprPtr otherwise) {
  Case form;
  form.has_base = base != nullptr;
  form.has_otherwise = otherwise != nullptr;
  std::vector<ExprPtr> args;
  if (base) args.push_back(base);
  for (When& branch : branches) {
    if (base) {
      form.coercions.push_back(coercion(*base, *branch.when));
      form.collations.push_back(collation(*base, *branch.when));
    }
    args.push_back(std::move(branch.when));
    args.push_back(std::move(branch.then));
  }
  return make(std::move(form), with_optional(std::move(args), std::move(otherwise)));
}

ExprPtr cast(ExprPtr value, std::string type) {
  const Affinity target = affinity_of_type(type);
  if (target == Affinity::None) throw_invalid("CAST to " + type + ": trees hold no blobs");
  return make(Cast{std::move(type), target}, {std::move(value)});
}
ExprPtr collate(ExprPtr value, Collation collation) {
  return make(Collate{collation}, {std::move(value)});
}

ExprPtr call(std::string_view name, std::vector<ExprPtr> args) {
  const Function* function = find_function(name);
  if (function == nullptr) {
    const std::string_view near = nearest_function(name);
    throw_invalid("no such function: " + excerpt(name) +
                  (near.empty() ? "" : " (did you mean " + std::string(near) + "?)"));
  }
  if (args.size() < function->least_args || args.size() > function->most_args) {
    throw_invalid(std::string(function->signature) + " takes " + arity_text(*function) + ", not " +
                  std::to_string(args.size()));
  }
  if (function->check != nullptr) function->check(args);
  if (function->name == "exists" && reads_each(*args.front())) {
    ExprPtr found = make(Call{find_function("list_len")}, std::move(args));
    return compare(Comparison::Greater,
                   call("ifnull", {std::move(found), constant(Value::of(std::int64_t{0}))}),
                   constant(Value::of(std::int64_t{0})));
  }
  return make(Call{function}, std::move(args));
}

ExprPtr with_args(const Expr& expr, std::vector<ExprPtr> args) {
  const auto* call = expr.as<Call>();
  if (call != nullptr && call->function->check != nullptr) call->function->check(args);
  return make(expr.form, std::move(args));
}

}  // namespace arbors::expr
