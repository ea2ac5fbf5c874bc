#include "engine/plan/optimize/index_candidates.h"

#include <limits>

#include "engine/expr/forms/value_set.h"

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

std::optional<IndexCandidate> comparison(const expr::Expr& expr, const expr::Compare& compare) {
  const Path* path = plain_path(*expr.args[0]);
  const Value* value = known_value(*expr.args[1]);
  if (path == nullptr || value == nullptr || compare.op == expr::Comparison::NotEqual ||
      !is_plain(compare.collation, compare.coercion))
    return std::nullopt;
  return IndexCandidate{
      {*path, {range_of(compare.op, *value)}}, 1, compare.op != expr::Comparison::Equal};
}

std::optional<IndexCandidate> between(const expr::Expr& expr, const expr::Between& form) {
  const Path* path = plain_path(*expr.args[0]);
  const Value* low = known_value(*expr.args[1]);
  const Value* high = known_value(*expr.args[2]);
  if (path == nullptr || low == nullptr || high == nullptr || form.negated ||
      !is_plain(form.low_collation, form.low) || !is_plain(form.high_collation, form.high))
    return std::nullopt;
  return IndexCandidate{{*path, {{*low, *high}}}, 1, true};
}

std::optional<IndexCandidate> membership(const expr::Expr& expr, const expr::In& in) {
  const Path* path = plain_path(*expr.args[0]);
  if (path == nullptr || in.negated || expr.args.size() > 1 ||
      !is_plain(in.set->collation(), in.set->coercion()))
    return std::nullopt;
  IndexCandidate candidate{{*path, {}}};
  for (const Value& item : in.set->items()) candidate.search.ranges.push_back({item, item});
  return candidate;
}

std::optional<IndexCandidate> candidate_of(const expr::Expr& condition) {
  if (const auto* compare = condition.as<expr::Compare>()) return comparison(condition, *compare);
  if (const auto* form = condition.as<expr::Between>()) return between(condition, *form);
  if (const auto* in = condition.as<expr::In>()) return membership(condition, *in);
  return std::nullopt;
}

// Adds a condition's candidate: bounds on one path meet in one range.
void add(std::vector<IndexCandidate>& candidates, IndexCandidate candidate) {
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

}  // namespace

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
  std::vector<IndexCandidate> candidates;
  for (const expr::ExprPtr& condition : conditions) {
    auto candidate = candidate_of(*condition);
    if (!candidate || !facts.has_index(source, candidate->search.path)) continue;
    candidate->selectivity = facts.selectivity(source, *condition);
    add(candidates, std::move(*candidate));
  }
  return candidates;
}

}  // namespace arbors::plan
