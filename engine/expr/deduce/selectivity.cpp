#include "engine/expr/deduce/selectivity.h"

#include <algorithm>
#include <cmath>

#include "engine/expr/deduce/path_statistics.h"
#include "engine/expr/deduce/prune.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::expr {
namespace {

constexpr double kEqualShare = 0.1;
constexpr double kRangeShare = 0.3;
constexpr double kOtherShare = 0.5;

class Estimator {
 public:
  Estimator(batch::BatchReader* reader, std::span<const Value> parameters, Path root = {})
      : reader_(reader), parameters_(parameters), root_(std::move(root)) {}

  double of(const Expr& expr) const {
    if (reader_ != nullptr && root_.steps.empty()) {
      const Verdict verdict = prune(expr, *reader_, parameters_);
      if (verdict != Verdict::Perhaps) return verdict == Verdict::Always ? 1 : 0;
    }
    return std::visit([&](const auto& form) { return of(form, expr); }, expr.form);
  }

 private:
  const batch::Statistics* statistics(const Expr& expr) const {
    const auto* read = expr.as<PathRead>();
    if (reader_ == nullptr || read == nullptr || read->path.through_array()) return nullptr;
    Path path = root_;
    path.steps.insert(path.steps.end(), read->path.steps.begin(), read->path.steps.end());
    return path_statistics(*reader_, path).statistics;
  }

  double equality(const Expr& value) const {
    const batch::Statistics* known = statistics(value);
    return known != nullptr && known->distinct > 0 ? 1.0 / known->distinct : kEqualShare;
  }

  // The share of numbers above or below a number, as if they were spread evenly.
  double range(const Expr& expr, Comparison op) const {
    const batch::Statistics* known = statistics(*expr.args[0]);
    const auto* bound = expr.args[1]->as<Constant>();
    if (known == nullptr || known->rows == 0 || bound == nullptr || !bound->value.is_number())
      return kRangeShare;
    const double integers = known->count(batch::Tag::Integer);
    const double reals = known->count(batch::Tag::Real) + known->count(batch::Tag::BigNumber);
    if (integers + reals == 0) return kRangeShare;
    double low = known->real_min, high = known->real_max;
    if (integers > 0) {
      const auto least = static_cast<double>(known->integer_min);
      const auto most = static_cast<double>(known->integer_max);
      low = reals > 0 ? std::min(low, least) : least;
      high = reals > 0 ? std::max(high, most) : most;
    }
    const double at = bound->value.kind == ValueKind::Integer
                          ? static_cast<double>(bound->value.integer)
                          : bound->value.real;
    const double below = high > low ? std::clamp((at - low) / (high - low), 0.0, 1.0) : 0.5;
    const bool upper = op == Comparison::Greater || op == Comparison::GreaterEqual;
    const double texts = known->count(batch::Tag::String);  // above every number
    return (upper ? (1 - below) * (integers + reals) + texts : below * (integers + reals)) /
           known->rows;
  }

  double of(const Compare& form, const Expr& expr) const {
    if (form.op == Comparison::Equal) return equality(*expr.args[0]);
    if (form.op == Comparison::NotEqual) return 1 - equality(*expr.args[0]);
    return range(expr, form.op);
  }
  double of(const Is& form, const Expr& expr) const {
    return form.negated ? 1 - equality(*expr.args[0]) : equality(*expr.args[0]);
  }
  double of(const IsNull& form, const Expr& expr) const {
    const batch::Statistics* known = statistics(*expr.args[0]);
    if (known == nullptr || known->rows == 0) return kOtherShare;
    const double nulls = known->count(batch::Tag::Missing) + known->count(batch::Tag::Null);
    const double share = nulls / known->rows;
    return form.negated ? 1 - share : share;
  }
  double of(const Between& form, const Expr&) const {
    return form.negated ? 1 - kRangeShare : kRangeShare;
  }
  double of(const In& form, const Expr& expr) const {
    const double items = static_cast<double>(form.set->items().size() + expr.args.size() - 1);
    const double share = std::min(1.0, items * equality(*expr.args[0]));
    return form.negated ? 1 - share : share;
  }
  double of(const And&, const Expr& expr) const {
    double share = 1;
    for (const ExprPtr& arg : expr.args) share *= of(*arg);
    return share;
  }
  double of(const Or&, const Expr& expr) const {
    double left_out = 1;
    for (const ExprPtr& arg : expr.args) left_out *= 1 - of(*arg);
    return 1 - left_out;
  }
  double of(const Not&, const Expr& expr) const { return 1 - of(*expr.args[0]); }
  // The share of lists that have an element for which a condition is true, or one that is equal, as
  // if these were spread evenly over lists of one length.
  double of(const Call& form, const Expr& expr) const {
    const bool contains = form.function->name == "list_contains";
    const auto* list = expr.args.empty() ? nullptr : expr.args[0]->as<PathRead>();
    if (reader_ == nullptr || list == nullptr || (!contains && form.function->name != "list_any"))
      return kOtherShare;
    Path path = element_path(root_, list->path);
    const PathStatistics elements = path_statistics(*reader_, path);
    const double lists = rows_of_root();
    if (!elements.known || lists == 0) return kOtherShare;
    if (elements.statistics == nullptr) return 0;
    const double length = elements.statistics->rows / lists;
    const Estimator inside(reader_, parameters_, std::move(path));
    const double share =
        contains ? inside.equality(Expr{PathRead{}, {}, 1}) : inside.of(*expr.args[1]);
    return 1 - std::pow(1 - share, length);
  }

  // How many trees, or elements, the scope has.
  double rows_of_root() const {
    if (root_.steps.empty()) return reader_->trees();
    const PathStatistics known = path_statistics(*reader_, root_);
    return known.statistics == nullptr ? 0 : known.statistics->rows;
  }

  template <typename Form>
  double of(const Form&, const Expr&) const {
    return kOtherShare;
  }

  batch::BatchReader* reader_;
  std::span<const Value> parameters_;
  Path root_;  // of the scope that paths start from
};

}  // namespace

double selectivity(const Expr& expr, batch::BatchReader* reader,
                   std::span<const Value> parameters) {
  return std::clamp(Estimator(reader, parameters).of(expr), 0.0, 1.0);
}

}  // namespace arbors::expr
