#include "engine/expr/evaluate/filter.h"

#include <algorithm>

#include "engine/expr/evaluate/evaluator.h"
#include "engine/expr/evaluate/truth.h"

namespace arbors::expr {
namespace {

bool is_constant(const ExprPtr& expr) {
  return expr->as<Constant>() != nullptr || expr->as<Parameter>() != nullptr;
}

// Tells whether a condition compares a path with constants. That costs less on a run of rows than
// on a list of half of them, and fails on no row.
bool is_plain(const Expr& expr) {
  const bool plain = expr.as<Compare>() != nullptr || expr.as<IsNull>() != nullptr ||
                     expr.as<Between>() != nullptr || expr.as<In>() != nullptr;
  return plain && expr.args[0]->as<PathRead>() != nullptr &&
         std::all_of(expr.args.begin() + 1, expr.args.end(), is_constant);
}

// The conditions of an AND over one selection. While the rows are a run of which many pass, plain
// conditions are tested on all of them, and the rows are listed once. Where fewer pass, decoding a
// column for them alone may be cheaper, but not to leave one aside that lies decoded.
class Narrowing {
 public:
  Narrowing(const EvalContext& context, Selection& selection)
      : context_(context), selection_(selection) {}

  void add(const Expr& condition) {
    if (condition.as<And>() != nullptr) {
      for (const ExprPtr& each : condition.args) add(*each);
      return;
    }
    if (!open_.empty() && !is_cheap_on_all(condition)) settle();
    if (selection_.empty()) return;
    Truths truths = Evaluator(context_, selection_).truth(condition);
    if (!selection_.is_run()) return keep(selection_, truths);
    passed_ = open_.empty() ? count(truths) : meet(open_, truths);
    if (open_.empty()) open_ = std::move(truths);
  }

  // Narrows the selection to the rows that passed so far.
  void settle() {
    if (open_.empty()) return;
    keep(selection_, open_, kTrue, passed_);
    open_.clear();
  }

  // How many rows settle() would leave.
  std::uint32_t passed() const {
    return open_.empty() ? selection_.size() : static_cast<std::uint32_t>(passed_);
  }

 private:
  bool is_cheap_on_all(const Expr& condition) const {
    constexpr std::size_t kMany = 8, kFew = 128;  // one row in so many
    if (passed_ <= open_.size() / kFew || !is_plain(condition)) return false;
    return passed_ > open_.size() / kMany ||
           context_.scope.lies_ready(condition.args[0]->as<PathRead>()->path, passed());
  }

  const EvalContext& context_;
  Selection& selection_;
  Truths open_;             // of the conditions since the selection was narrowed last
  std::size_t passed_ = 0;  // how many of them are true
};

}  // namespace

void filter(const Expr& expr, const EvalContext& context, Selection& selection) {
  Narrowing narrowing(context, selection);
  narrowing.add(expr);
  narrowing.settle();
}

std::uint32_t count_true(const Expr& expr, const EvalContext& context, Selection selection) {
  Narrowing narrowing(context, selection);
  narrowing.add(expr);
  return narrowing.passed();
}

}  // namespace arbors::expr
