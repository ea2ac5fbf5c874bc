// filter path = 'x'  over a source with a kept-up index on the path looks the rows up in it, where
// the statistics promise few. The filter stays: an index may find more than it lets through.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/expr/builder.h"
#include "engine/expr/value_set.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"
#include "engine/plan/rewrite.h"

namespace arbors::plan {
namespace {

// Rows found one by one cost so many times what the rows of a scan cost.
constexpr double kLookUp = 16;

struct Candidate {
  IndexSearch search;
  double selectivity = 1;
  bool bounded = false;  // one range, which a further bound on the path may narrow
};

// Every key, and no NULL: JSON has no blobs.
KeyRange every_key() {
  return {Value::of(-std::numeric_limits<double>::infinity()), Value::blob({})};
}

KeyRange range_of(expr::Comparison op, const Value& value) {
  KeyRange range = every_key();
  const bool below = op == expr::Comparison::Less || op == expr::Comparison::LessEqual;
  const bool above = op == expr::Comparison::Greater || op == expr::Comparison::GreaterEqual;
  if (!below) range.low = value;
  if (!above) range.high = value;
  return range;
}

const Path* plain_path(const expr::Expr& expr) {
  const auto* read = expr.as<expr::PathRead>();
  if (read == nullptr || read->affinity != Affinity::None) return nullptr;
  return read->path.steps.empty() || read->path.through_array() ? nullptr : &read->path;
}

const Value* known_value(const expr::Expr& expr) {
  const auto* constant = expr.as<expr::Constant>();
  return constant == nullptr || constant->value.is_null() ? nullptr : &constant->value;
}

bool is_plain(Collation collation, expr::Coercion coercion) {
  return collation == Collation::Binary && coercion == expr::Coercion::None;
}

std::optional<Candidate> comparison(const expr::Expr& expr, const expr::Compare& compare) {
  const Path* path = plain_path(*expr.args[0]);
  const Value* value = known_value(*expr.args[1]);
  if (path == nullptr || value == nullptr || compare.op == expr::Comparison::NotEqual ||
      !is_plain(compare.collation, compare.coercion))
    return std::nullopt;
  return Candidate{
      {*path, {range_of(compare.op, *value)}}, 1, compare.op != expr::Comparison::Equal};
}

std::optional<Candidate> between(const expr::Expr& expr, const expr::Between& form) {
  const Path* path = plain_path(*expr.args[0]);
  const Value* low = known_value(*expr.args[1]);
  const Value* high = known_value(*expr.args[2]);
  if (path == nullptr || low == nullptr || high == nullptr || form.negated ||
      !is_plain(form.low_collation, form.low) || !is_plain(form.high_collation, form.high))
    return std::nullopt;
  return Candidate{{*path, {{*low, *high}}}, 1, true};
}

std::optional<Candidate> membership(const expr::Expr& expr, const expr::In& in) {
  const Path* path = plain_path(*expr.args[0]);
  if (path == nullptr || in.negated || expr.args.size() > 1 ||
      !is_plain(in.set->collation(), in.set->coercion()))
    return std::nullopt;
  Candidate candidate{{*path, {}}};
  for (const Value& item : in.set->items()) candidate.search.ranges.push_back({item, item});
  return candidate;
}

std::optional<Candidate> candidate_of(const expr::Expr& condition) {
  if (const auto* compare = condition.as<expr::Compare>()) return comparison(condition, *compare);
  if (const auto* form = condition.as<expr::Between>()) return between(condition, *form);
  if (const auto* in = condition.as<expr::In>()) return membership(condition, *in);
  return std::nullopt;
}

// Adds a condition's candidate: bounds on one path meet in one range.
void add(std::vector<Candidate>& candidates, Candidate candidate) {
  for (Candidate& known : candidates) {
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

bool same(const IndexSearch& left, const IndexSearch& right) {
  return left.path == right.path &&
         std::equal(left.ranges.begin(), left.ranges.end(), right.ranges.begin(),
                    right.ranges.end(), [](const KeyRange& a, const KeyRange& b) {
                      return compare(a.low, b.low) == 0 && compare(a.high, b.high) == 0;
                    });
}

}  // namespace

NodePtr choose_index(const NodePtr& node, const SourceFacts& facts) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const auto* source = std::get_if<Source>(&node->inputs.front()->op);
  // Indexes know the newest generation.
  if (source == nullptr || source->kind != Source::Kind::Name || source->generation) return nullptr;
  std::vector<Candidate> candidates;
  for (const expr::ExprPtr& condition : conjuncts(filter->predicate)) {
    auto candidate = candidate_of(*condition);
    if (!candidate || !facts.has_index(*source, candidate->search.path)) continue;
    candidate->selectivity = facts.selectivity(*source, *condition);
    add(candidates, std::move(*candidate));
  }
  const auto best = std::min_element(candidates.begin(), candidates.end(),
                                     [](const Candidate& left, const Candidate& right) {
                                       return left.selectivity < right.selectivity;
                                     });
  if (best == candidates.end() || best->selectivity * kLookUp > 1) return nullptr;
  if (source->search && same(*source->search, best->search)) return nullptr;
  Source looked_up = *source;
  looked_up.search = std::move(best->search);
  return over(*node, make(std::move(looked_up)));
}

}  // namespace arbors::plan
