#include "engine/expr/deduce/prune.h"

#include <algorithm>
#include <optional>

#include "engine/base/error.h"
#include "engine/expr/deduce/path_statistics.h"
#include "engine/expr/deduce/test_outcomes.h"
#include "engine/expr/evaluate/comparison.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::expr {
namespace {

// Finds the truths that an expression may have, form by form.
class Pruner {
 public:
  Pruner(batch::BatchReader& reader, std::span<const Value> parameters, Path base = {})
      : reader_(reader), parameters_(parameters), base_(std::move(base)) {}

  Outcomes find(const Expr& expr) const {
    if (!reads_rows(expr)) {
      const auto value = constant(expr);
      if (!value) return Outcomes::all();
      return Outcomes::only(value->is_null() ? kUnknown : truth_of(is_true(Scalar(*value))));
    }
    return std::visit([&](const auto& form) { return of(form, expr); }, expr.form);
  }

 private:
  // Computes what reads no row; nothing where it cannot be computed.
  std::optional<Value> constant(const Expr& expr) const {
    if (reads_rows(expr) || parameter_count(expr) > parameters_.size()) return std::nullopt;
    try {
      return evaluate_constant(expr, parameters_);
    } catch (const Error&) {
      return std::nullopt;  // evaluation will say it
    }
  }

  // Finds the statistics of an expression that is a path.
  PathStatistics statistics(const Expr& expr) const {
    if (expr.as<Collate>() != nullptr) return statistics(*expr.args[0]);
    const auto* read = expr.as<PathRead>();
    if (read == nullptr) return {};
    for (const PathStep& step : read->path.steps) {
      if (step.kind != PathStep::Kind::Key) return {};
    }
    Path path = base_;
    path.steps.insert(path.steps.end(), read->path.steps.begin(), read->path.steps.end());
    return path_statistics(reader_, path);
  }

  Outcomes comparison(const Compare& form, const Expr& value, const Value& bound) const {
    const PathStatistics found = statistics(value);
    if (!found.known) return Outcomes::all();
    if (bound.is_null()) return Outcomes::only(kUnknown);
    return outcomes(ConstantTest(form.op, bound, form.collation, form.coercion), found.statistics);
  }

  Outcomes of(const Compare& form, const Expr& expr) const {
    if (const auto right = constant(*expr.args[1])) {
      return comparison(form, *expr.args[0], *right);
    }
    if (const auto left = constant(*expr.args[0])) {
      return comparison({mirrored(form.op), form.collation, form.coercion}, *expr.args[1], *left);
    }
    return Outcomes::all();
  }

  Outcomes of(const Is& form, const Expr& expr) const {
    const auto right = constant(*expr.args[1]);
    if (!right) return Outcomes::either();
    if (right->is_null()) return nulls(*expr.args[0], form.negated);
    const Compare equal{form.negated ? Comparison::NotEqual : Comparison::Equal, form.collation,
                        form.coercion};
    return comparison(equal, *expr.args[0], *right).mapped(kFalse, truth_of(form.negated), kTrue);
  }

  Outcomes nulls(const Expr& value, bool negated) const {
    const PathStatistics found = statistics(value);
    if (!found.known) return Outcomes::either();
    const Outcomes is = null_outcomes(found.statistics);
    return negated ? inverse(is) : is;
  }
  Outcomes of(const IsNull& form, const Expr& expr) const {
    return nulls(*expr.args[0], form.negated);
  }

  Outcomes of(const IsTruth& form, const Expr& expr) const {
    const Outcomes truth = find(*expr.args[0]);
    const bool wanted_false = !form.truth;
    return truth.mapped(truth_of(wanted_false != form.negated), truth_of(form.negated),
                        truth_of(form.truth != form.negated));
  }

  Outcomes of(const Between& form, const Expr& expr) const {
    const auto low = constant(*expr.args[1]);
    const auto high = constant(*expr.args[2]);
    if (!low || !high) return Outcomes::all();
    const Compare above{Comparison::GreaterEqual, form.low_collation, form.low};
    const Compare below{Comparison::LessEqual, form.high_collation, form.high};
    const Outcomes both =
        both_of(comparison(above, *expr.args[0], *low), comparison(below, *expr.args[0], *high));
    return form.negated ? inverse(both) : both;
  }

  Outcomes of(const In& form, const Expr& expr) const {
    const ValueSet& set = *form.set;
    if (expr.args.size() > 1) return Outcomes::all();
    const bool empty = set.items().empty() && !set.holds_null();
    Outcomes result = Outcomes::only(empty || !set.holds_null() ? kFalse : kUnknown);
    const Compare equal{Comparison::Equal, set.collation(), set.coercion()};
    for (const Value& item : set.items()) {
      result = either_of(result, comparison(equal, *expr.args[0], item));
      if (result.may_be(kTrue) && result.may_be(kFalse)) break;  // no item adds to that
    }
    return form.negated ? inverse(result) : result;
  }

  Outcomes of(const Match& form, const Expr& expr) const {
    const auto pattern = constant(*expr.args[1]);
    const PathStatistics found = statistics(*expr.args[0]);
    if (!pattern || !found.known || expr.args.size() > 2) return Outcomes::all();
    if (pattern->is_null()) return Outcomes::only(kUnknown);
    std::string text;
    append_text(text, Scalar(*pattern));
    const Outcomes result = outcomes(PatternTest(form.pattern, text), found.statistics);
    return form.negated ? inverse(result) : result;
  }

  Outcomes of(const And&, const Expr& expr) const {
    Outcomes result = Outcomes::only(kTrue);
    for (const ExprPtr& arg : expr.args) result = both_of(result, find(*arg));
    return result;
  }
  Outcomes of(const Or&, const Expr& expr) const {
    Outcomes result = Outcomes::only(kFalse);
    for (const ExprPtr& arg : expr.args) result = either_of(result, find(*arg));
    return result;
  }
  Outcomes of(const Not&, const Expr& expr) const { return inverse(find(*expr.args[0])); }

  // list_any over a path is true nowhere if its condition is true for no element at all,
  // list_contains if no element is equal.
  Outcomes of(const Call& form, const Expr& expr) const {
    const auto* list = expr.args.empty() ? nullptr : expr.args[0]->as<PathRead>();
    const bool contains = form.function->name == "list_contains";
    if (list == nullptr || (!contains && form.function->name != "list_any")) return Outcomes::all();
    Path elements = element_path(base_, list->path);
    if (!path_statistics(reader_, elements).known) return Outcomes::all();
    const Pruner inside(reader_, parameters_, std::move(elements));
    const Outcomes found = contains ? inside.equal(expr.args[1]) : inside.find(*expr.args[1]);
    if (found.may_be(kTrue)) return Outcomes::all();
    return Outcomes::all().mapped(kFalse, kUnknown, kFalse);
  }

  // Whether the base's own values are equal to a value.
  Outcomes equal(const ExprPtr& value) const {
    const auto wanted = constant(*value);
    if (!wanted) return Outcomes::all();
    const PathStatistics found = path_statistics(reader_, base_);
    if (!found.known) return Outcomes::all();
    if (wanted->is_null()) return Outcomes::only(kUnknown);
    return outcomes(ConstantTest(Comparison::Equal, *wanted, Collation::Binary, Coercion::None),
                    found.statistics);
  }

  template <typename Form>
  Outcomes of(const Form&, const Expr&) const {
    return Outcomes::all();
  }

  static Outcomes both_of(Outcomes a, Outcomes b) {
    return a.with(b, [](auto x, auto y) { return std::min(x, y); });
  }
  static Outcomes either_of(Outcomes a, Outcomes b) {
    return a.with(b, [](auto x, auto y) { return std::max(x, y); });
  }
  static Outcomes inverse(Outcomes outcomes) { return outcomes.mapped(kTrue, kUnknown, kFalse); }

  batch::BatchReader& reader_;
  std::span<const Value> parameters_;
  Path base_;  // of the scope that paths start from
};

}  // namespace

Verdict prune(const Expr& expr, batch::BatchReader& reader, std::span<const Value> parameters) {
  const Outcomes found = Pruner(reader, parameters).find(expr);
  if (!found.may_be(kTrue)) return Verdict::Never;
  return found.must_be(kTrue) ? Verdict::Always : Verdict::Perhaps;
}

}  // namespace arbors::expr
