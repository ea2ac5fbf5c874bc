#include "engine/plan/optimize/index_candidates.h"

#include <algorithm>
#include <limits>

#include "engine/expr/deduce/path_statistics.h"
#include "engine/expr/evaluate/comparison.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"
#include "engine/plan/expression_parts.h"

namespace arbors::plan {
namespace {

KeyRange range_of(expr::Comparison op, const Value& value) {
  KeyRange range = every_key();
  const bool below = op == expr::Comparison::Less || op == expr::Comparison::LessEqual;
  const bool above = op == expr::Comparison::Greater || op == expr::Comparison::GreaterEqual;
  if (!below) range.low = value;
  if (!above) range.high = value;
  return range;
}

const Value* known_value(const expr::Expr& expr) {
  const auto* constant = expr.as<expr::Constant>();
  return constant == nullptr || constant->value.is_null() ? nullptr : &constant->value;
}

bool is_plain(Collation collation, expr::Coercion coercion) {
  return collation == Collation::Binary && coercion == expr::Coercion::None;
}

// Finds candidates in conditions over trees or, where `root` is not empty, over the elements there.
class CandidateFinder {
 public:
  CandidateFinder(const Source& source, const SourceFacts& facts, Path root = {})
      : source_(source), facts_(facts), root_(std::move(root)) {}

  std::vector<IndexCandidate> all_of(std::span<const expr::ExprPtr> conditions) const {
    std::vector<IndexCandidate> found;
    for (const expr::ExprPtr& condition : conditions)
      for (IndexCandidate& candidate : of(condition)) add(found, std::move(candidate));
    return found;
  }

 private:
  using Candidates = std::vector<IndexCandidate>;

  Candidates of(const expr::ExprPtr& condition) const {
    if (const auto* truth = condition->as<expr::IsTruth>()) {
      if (!truth->truth || truth->negated) return {};
      return all_of(conjuncts(condition->args[0]));
    }
    if (const auto* call = condition->as<expr::Call>()) return of_call(condition, *call);
    if (condition->as<expr::Case>() != nullptr) return of_json_each(*condition);
    std::optional<IndexCandidate> candidate;
    if (const auto* compare = condition->as<expr::Compare>())
      candidate = comparison(*condition, *compare);
    else if (const auto* form = condition->as<expr::Between>())
      candidate = between(*condition, *form);
    else if (const auto* in = condition->as<expr::In>())
      candidate = membership(*condition, *in);
    if (!candidate || !has_index(*candidate)) return {};
    candidate->selectivity = root_.steps.empty() ? facts_.selectivity(source_, *condition) : 1;
    return {*std::move(candidate)};
  }

  bool has_index(const IndexCandidate& candidate) const {
    return facts_.has_index(source_, candidate.search.path);
  }

  // The path of the values that an expression reads, one of each tree or element.
  std::optional<Path> plain_path(const expr::Expr& expr) const {
    const auto* read = expr.as<expr::PathRead>();
    if (read == nullptr || read->affinity != Affinity::None || read->path.through_array())
      return std::nullopt;
    if (root_.steps.empty() && read->path.steps.empty()) return std::nullopt;
    return below_root(read->path);
  }

  Path below_root(const Path& path) const {
    Path whole = root_;
    whole.steps.insert(whole.steps.end(), path.steps.begin(), path.steps.end());
    return whole;
  }

  std::optional<IndexCandidate> comparison(const expr::Expr& expr,
                                           const expr::Compare& compare) const {
    const bool turned = known_value(*expr.args[0]) != nullptr;
    const std::optional<Path> path = plain_path(*expr.args[turned ? 1 : 0]);
    const Value* value = known_value(*expr.args[turned ? 0 : 1]);
    if (!path || value == nullptr || compare.op == expr::Comparison::NotEqual ||
        !is_plain(compare.collation, compare.coercion))
      return std::nullopt;
    const expr::Comparison op = turned ? expr::mirrored(compare.op) : compare.op;
    return IndexCandidate{{*path, {range_of(op, *value)}}, 1, op != expr::Comparison::Equal};
  }

  std::optional<IndexCandidate> between(const expr::Expr& expr, const expr::Between& form) const {
    const std::optional<Path> path = plain_path(*expr.args[0]);
    const Value* low = known_value(*expr.args[1]);
    const Value* high = known_value(*expr.args[2]);
    if (!path || low == nullptr || high == nullptr || form.negated ||
        !is_plain(form.low_collation, form.low) || !is_plain(form.high_collation, form.high))
      return std::nullopt;
    return IndexCandidate{{*path, {{*low, *high}}}, 1, true};
  }

  std::optional<IndexCandidate> membership(const expr::Expr& expr, const expr::In& in) const {
    const std::optional<Path> path = plain_path(*expr.args[0]);
    if (!path || in.negated || expr.args.size() > 1 ||
        !is_plain(in.set->collation(), in.set->coercion()))
      return std::nullopt;
    IndexCandidate candidate{{*path, {}}};
    for (const Value& item : in.set->items()) candidate.search.ranges.push_back({item, item});
    return candidate;
  }

  // list_contains(list, value) and list_any(list, condition). Two conditions of one list_any are
  // about one element, those of two may be about two: their bounds do not meet.
  Candidates of_call(const expr::ExprPtr& condition, const expr::Call& call) const {
    const bool contains = call.function->name == "list_contains";
    const Path* list = bare_path(*condition->args[0]);
    if (list == nullptr || (!contains && call.function->name != "list_any")) return {};
    Path elements = expr::element_path(root_, *list);
    if (contains) {
      const Value* value = known_value(*condition->args[1]);
      IndexCandidate candidate{{std::move(elements), {}}};
      if (value == nullptr || !has_index(candidate)) return {};
      candidate.search.ranges.push_back({*value, *value});
      if (root_.steps.empty()) candidate.selectivity = facts_.selectivity(source_, *condition);
      return {std::move(candidate)};
    }
    const std::vector<expr::ExprPtr> conditions = conjuncts(condition->args[1]);
    Candidates found = CandidateFinder(source_, facts_, std::move(elements)).all_of(conditions);
    for (IndexCandidate& candidate : found) {
      candidate.bounded = false;
      if (root_.steps.empty()) candidate.selectivity = facts_.selectivity(source_, *condition);
    }
    return found;
  }

  // What a SELECT makes of a query over json_each(path): CASE WHEN json_kind(path) = 'array' THEN
  // f(path) ELSE f(json_values(path)) END. The index has the trees without an array under a key of
  // their own, but for those without a value, of which f is not true.
  Candidates of_json_each(const expr::Expr& expr) const {
    const expr::Expr* otherwise = expr.args.size() == 3 ? expr.args[2].get() : nullptr;
    const expr::Expr& kind = *expr.args[0];
    if (otherwise == nullptr || !root_.steps.empty() || kind.as<expr::Compare>() == nullptr)
      return {};
    const Path* path = argument_of("json_kind", *kind.args[0]);
    const Value* array = known_value(*kind.args[1]);
    if (path == nullptr || array == nullptr || array->text != "array") return {};
    const Path* values = argument_of("json_values", list_of(*otherwise));
    if (values == nullptr || *values != *path) return {};
    Candidates found = of(without_text_checks(expr.args[1], {}));
    for (IndexCandidate& candidate : found)
      candidate.search.ranges.push_back({no_array_key(), no_array_key()});
    return found;
  }

  // The list that list functions, one inside the other, are asked of.
  static const expr::Expr& list_of(const expr::Expr& expr) {
    const auto* call = expr.as<expr::Call>();
    const bool of_list = call != nullptr && call->function->shape >= expr::Function::Shape::Lists;
    return of_list ? list_of(*expr.args[0]) : expr;
  }

  // The path that a function is called with; null: it is another expression.
  static const Path* argument_of(std::string_view function, const expr::Expr& expr) {
    const auto* call = expr.as<expr::Call>();
    if (call == nullptr || call->function->name != function) return nullptr;
    return bare_path(*expr.args[0]);
  }

  // Adds a condition's candidate: bounds on one path meet in one range.
  static void add(Candidates& candidates, IndexCandidate candidate) {
    for (IndexCandidate& known : candidates) {
      if (!known.bounded || !candidate.bounded || known.search.path != candidate.search.path)
        continue;
      KeyRange& range = known.search.ranges.front();
      const KeyRange& other = candidate.search.ranges.front();
      if (compare(other.low, range.low) > 0) range.low = other.low;
      if (compare(other.high, range.high) < 0) range.high = other.high;
      known.selectivity *= candidate.selectivity;
      return;
    }
    candidates.push_back(std::move(candidate));
  }

  const Source& source_;
  const SourceFacts& facts_;
  Path root_;
};

}  // namespace

expr::ExprPtr without_text_checks(const expr::ExprPtr& condition, const Path& element) {
  const auto is_call = [](const expr::Expr& expr, std::string_view function) {
    const auto* call = expr.as<expr::Call>();
    return call != nullptr && call->function->name == function;
  };
  std::vector<expr::ExprPtr> args = condition->args;
  if (is_call(*condition, "coalesce") && args.size() == 2 && is_call(*args[1], "no_text")) {
    const Path* checked = bare_path(*args[1]->args[0]);
    if (checked != nullptr && *checked == element) return args[0];
  }
  for (expr::ExprPtr& arg : args) arg = without_text_checks(arg, element);
  return args == condition->args ? condition : expr::with_args(*condition, std::move(args));
}

// JSON has no blobs.
KeyRange every_key() {
  return {Value::of(-std::numeric_limits<double>::infinity()), Value::blob({})};
}

// Indexes know the newest generation.
bool may_use_index(const Source& source) {
  return source.kind == Source::Kind::Name && !source.when;
}

std::vector<IndexCandidate> index_candidates(const Source& source,
                                             std::span<const expr::ExprPtr> conditions,
                                             const SourceFacts& facts) {
  return CandidateFinder(source, facts).all_of(conditions);
}

IndexSearch search_of(IndexCandidate candidate) {
  candidate.search.share = candidate.selectivity;
  return std::move(candidate.search);
}

const IndexCandidate* best_of(const std::vector<IndexCandidate>& candidates, const Source& source) {
  const auto best = std::ranges::min_element(candidates, {}, &IndexCandidate::selectivity);
  if (best == candidates.end() || best->selectivity * kLookUp > 1) return nullptr;
  if (source.search && source.search->share <= best->selectivity) return nullptr;
  return &*best;
}

}  // namespace arbors::plan
