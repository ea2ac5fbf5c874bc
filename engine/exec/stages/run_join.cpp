// Joins: the right side's keys become a table, the left side's scan finds partners in it.
#include <algorithm>
#include <atomic>

#include "engine/base/error.h"
#include "engine/exec/join/block_join.h"
#include "engine/exec/join/key_bound.h"
#include "engine/exec/join/key_values.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/stages/join_parts.h"
#include "engine/exec/stages/restrict_to_rows.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/deduce/selectivity.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/join.h"

namespace arbors::exec {
namespace {

using JoinKind = plan::Join::Kind;

Path field_path(const std::string& name) { return Path{{{PathStep::Kind::Key, name, 0}}}; }

bool has_pairs(const plan::Join& join) {
  return join.kind == JoinKind::Inner || join.kind == JoinKind::Left;
}

// How many right trees a join may hold.
struct RightBudget {
  std::uint64_t most;
  std::atomic<std::uint64_t> held = 0;
  std::atomic<bool> full = false;

  // Throws Error{Limit} beyond.
  void admit(std::uint64_t trees) {
    if (held.fetch_add(trees) + trees <= most) return;
    full = true;
    throw Error(ErrorCode::Limit,
                "a join holds the keys of one side, here more than " + std::to_string(most) +
                    " (max_index_entries): filter that side, or raise the limit with "
                    "arbor_config('max_index_entries', n)");
  }
};

// The right side as it is searched and read.
struct RightSide {
  std::shared_ptr<JoinTable> table;
  ReferencedTreesPtr trees;
};

// The keys and rows of one block of the right side.
struct KeyBlock {
  std::uint32_t segment = 0;
  expr::Selection rows;
  std::vector<batch::VectorPtr> keys;
};

std::vector<batch::VectorPtr> key_values(
    const plan::Join& join, const std::vector<RowExpr>& keys,
    const std::function<batch::VectorPtr(const RowExpr&)>& of) {
  std::vector<batch::VectorPtr> values;
  for (std::size_t i = 0; i < keys.size(); ++i)
    values.push_back(coerced(of(keys[i]), join.keys[i].coercion));
  return values;
}

void add_scanned(const plan::Join& join, const std::vector<RowExpr>& keys, const ScanInput& input,
                 JoinTable& table, std::vector<RowRef>& rows, RightBudget& budget,
                 const ExecutionContext& context) {
  std::vector<const RowExpr*> read;
  for (const RowExpr& key : keys) read.push_back(&key);
  auto blocks = compute_blocks<KeyBlock>(input, read, context, [&](const ScannedRows& block) {
    budget.admit(block.rows.size());
    const auto of = [&](const RowExpr& key) { return block.evaluate(key, block.rows); };
    return KeyBlock{block.index, block.rows, key_values(join, keys, of)};
  });
  for (KeyBlock& block : blocks) {
    context.check_interrupt();
    table.add(block.keys);
    for (std::uint32_t i = 0; i < block.rows.size(); ++i)
      rows.push_back({block.segment, block.rows[i]});
    block.keys.clear();
  }
}

void add_picked(const plan::Join& join, const std::vector<RowExpr>& keys, const Relation& right,
                JoinTable& table, RightBudget& budget, const ExecutionContext& context) {
  const RowStreamPtr rows = stream(right, context);
  while (const RowRunPtr run = rows->next()) {
    budget.admit(run->size());
    const auto of = [&](const RowExpr& key) { return run->evaluate(key); };
    table.add(key_values(join, keys, of));
  }
}

RightSide right_side(const plan::Join& join, Relation right, RightBudget& budget,
                     const ExecutionContext& context) {
  resolve_right(join, right, context);
  std::vector<RowExpr> keys;
  for (const plan::JoinKey& key : join.keys) keys.emplace_back(right.shape.resolve(key.right));
  if (right.sliced()) pick(right, context);
  const bool lists = has_pairs(join) || join.residual;
  RightSide side{std::make_shared<JoinTable>(join.keys, join.null_aware, lists), nullptr};
  TreesOf trees{right.input, {}, !right.picked, right.shape};
  if (right.picked) {
    add_picked(join, keys, right, *side.table, budget, context);
    trees.rows = std::move(*right.picked);
  } else {
    add_scanned(join, keys, right.input, *side.table, trees.rows, budget, context);
  }
  side.table->freeze();
  if (lists) side.trees = std::make_shared<JoinedTrees>(std::move(trees), context);
  return side;
}

// Resolves keys and residual over the left rows, with the right trees mounted next; reshapes the
// left trees where that takes it.
struct LeftSide {
  std::vector<RowExpr> keys;
  std::optional<RowExpr> taken, residual;
};

std::optional<LeftSide> resolved(const plan::Join& join, const Relation& left) {
  LeftSide side;
  for (const plan::JoinKey& key : join.keys) {
    const expr::ExprPtr value = left.shape.resolve(key.left);
    if (!value) return std::nullopt;
    side.keys.emplace_back(value);
  }
  if (has_pairs(join)) {
    const expr::ExprPtr present =
        left.shape.resolve(expr::call("exists", {expr::path(field_path(join.as))}));
    if (!present) return std::nullopt;
    if (!expr::is_constant(*present) && !expr::leads_nowhere(expr::paths(*present).front()))
      side.taken.emplace(present);
  }
  if (!join.residual) return side;
  const plan::RowShape both =
      left.shape.set(field_path(join.as), expr::path(mounted_path(left.exploded + 1)));
  const expr::ExprPtr residual = both.resolve(join.residual);
  if (!residual) return std::nullopt;
  side.residual.emplace(residual);
  return side;
}

LeftSide left_side(const plan::Join& join, Relation& left, const ExecutionContext& context) {
  if (auto side = resolved(join, left)) return std::move(*side);
  reshape(left, context);
  if (auto side = resolved(join, left)) return std::move(*side);
  throw_invalid("join: a condition reads a whole tree with the other one in it");
}

// Lets the scan look only at trees that may have a partner, by the least and the greatest key, or
// by all where they are few: statistics rule batches out by that.
void narrow_scan(const plan::Join& join, const RightSide& right, Relation& left) {
  if (left.picked || (join.kind != JoinKind::Inner && join.kind != JoinKind::Semi)) return;
  const auto keeps_out = [](const ScanStep& step) {
    if (const auto* change = std::get_if<ChangeStep>(&step)) return change->change->knows_rows();
    return std::holds_alternative<ReshapeStep>(step) || std::holds_alternative<FlattenStep>(step);
  };
  if (std::any_of(left.input.steps.begin(), left.input.steps.end(), keeps_out)) return;
  for (std::size_t i = 0; i < join.keys.size(); ++i) {
    restrict_to_rows(join.keys[i], *right.table, i, left);
    const expr::ExprPtr bound = key_bound(join.keys[i], *right.table, i, left.shape);
    if (!bound) continue;
    left.input.predicate =
        left.input.predicate ? expr::and_all({left.input.predicate, bound}) : bound;
  }
}

// About how many rows a relation has, without reading a payload.
double estimated_rows(const Relation& relation) {
  if (relation.picked) return static_cast<double>(relation.picked->size());
  auto rows = static_cast<double>(relation.input.source->trees());
  const auto segments = relation.input.source->segments();
  if (relation.input.predicate && !segments.empty()) {
    const batch::BatchReaderPtr first = relation.input.source->open_batch(segments[0].batch);
    rows *= expr::selectivity(*relation.input.predicate, first.get());
  }
  return relation.slice.limit ? std::min(rows, static_cast<double>(*relation.slice.limit)) : rows;
}

// Tells whether the pairs' trees can be said with the left trees far and the right ones scanned.
bool may_swap(const plan::Join& join, const Relation& left, const Relation& right) {
  if (join.kind != JoinKind::Inner || !join.any_order || right.picked || right.sliced())
    return false;
  const auto keeps_order = [&](const plan::RowShape& shape) {
    return shape.is_list_of_fields() && !shape.edits().empty() &&
           std::none_of(shape.edits().begin(), shape.edits().end(),
                        [&](const auto& edit) { return edit.at.steps.front().key == join.as; });
  };
  if (!keeps_order(left.shape)) return false;
  if (!right.shape.is_whole() || right.exploded != 0) return false;
  return estimated_rows(left) * 2 < estimated_rows(right);
}

// The trees of pairs over the right rows, with the left trees on a mount.
plan::RowShape swapped_shape(const plan::Join& join, const plan::RowShape& left,
                             std::uint32_t mount) {
  std::vector<plan::NamedExpr> fields;
  for (const plan::RowShape::Edit& edit : left.edits()) {
    Path path = mounted_path(mount);
    path.steps.push_back(edit.at.steps.front());
    fields.push_back({edit.at.steps.front().key, expr::path(std::move(path)), edit.shows_null});
  }
  fields.push_back({join.as, expr::path(Path())});
  return *plan::RowShape().select(fields);
}

// Builds on the left side and scans the right one.
std::optional<Relation> joined_swapped(const plan::Join& join, const Relation& left, Relation right,
                                       RightBudget& budget, const ExecutionContext& context) {
  plan::Join swapped = join;
  for (plan::JoinKey& key : swapped.keys) std::swap(key.left, key.right);
  const plan::RowShape pairs = swapped_shape(join, left.shape, right.exploded + 1);
  BlockJoin::Parts parts{swapped, {}, {}, {}, nullptr, nullptr, true};
  for (const plan::JoinKey& key : swapped.keys) parts.keys.emplace_back(key.left);
  if (join.residual) {
    const expr::ExprPtr residual = pairs.resolve(join.residual);
    if (!residual) return std::nullopt;
    parts.residual.emplace(residual);
  }
  RightSide side = right_side(swapped, left, budget, context);
  narrow_scan(swapped, side, right);
  parts.table = std::move(side.table);
  parts.trees = std::move(side.trees);
  expand_rows(right, ChangeStep{std::make_shared<const BlockJoin>(std::move(parts))}, context);
  ++right.exploded;
  right.shape = pairs;
  return right;
}

Relation joined_within(Relation left, Relation right, const plan::Join& join, RightBudget& budget,
                       const ExecutionContext& context) {
  if (may_swap(join, left, right))
    if (auto swapped = joined_swapped(join, left, right, budget, context))
      return std::move(*swapped);
  RightSide side = right_side(join, std::move(right), budget, context);
  if (left.sliced()) pick(left, context);
  LeftSide of_left = left_side(join, left, context);
  narrow_scan(join, side, left);
  const bool renumbers = has_pairs(join) || left.picked;
  expand_rows(left,
              ChangeStep{std::make_shared<const BlockJoin>(BlockJoin::Parts{
                  join, std::move(of_left.keys), std::move(of_left.taken),
                  std::move(of_left.residual), std::move(side.table), side.trees, renumbers})},
              context);
  if (renumbers) ++left.exploded;
  if (has_pairs(join))
    left.shape = left.shape.set(field_path(join.as), expr::path(mounted_path(left.exploded)));
  return left;
}

// Tells whether neither side can have more trees than may be held.
bool surely_fits(const Relation& left, const Relation& right, std::uint64_t most) {
  const auto multiplies = [](const ScanStep& step) {
    return std::holds_alternative<ExplodeStep>(step) || std::holds_alternative<ChangeStep>(step);
  };
  const auto fits = [&](const Relation& side) {
    if (side.picked) return side.picked->size() <= most;
    return side.input.source->trees() <= most &&
           std::none_of(side.input.steps.begin(), side.input.steps.end(), multiplies);
  };
  return fits(left) && fits(right);
}

}  // namespace

void resolve_left(const plan::Join& join, Relation& left, const ExecutionContext& context) {
  left_side(join, left, context);
}

void resolve_right(const plan::Join& join, Relation& right, const ExecutionContext& context) {
  for (const plan::JoinKey& key : join.keys)
    if (!right.shape.resolve(key.right)) reshape(right, context);
}

std::optional<Relation> joined_at_once(Relation left, Relation right, const plan::Join& join,
                                       const ExecutionContext& context) {
  RightBudget budget{context.budgets.max_index_entries};
  try {
    return joined_within(std::move(left), std::move(right), join, budget, context);
  } catch (const Error& error) {
    // NOT IN looks at all right trees for a NULL.
    if (error.code() != ErrorCode::Limit || !budget.full || join.null_aware) throw;
    return std::nullopt;
  }
}

Relation joined(Relation left, Relation right, const plan::Join& join,
                const ExecutionContext& context) {
  if (join.keys.empty())
    throw_invalid(join.keyless.empty()
                      ? "a join needs an equality of the left and the right tree: e = e'"
                      : join.keyless);
  if (join.null_aware && join.residual)
    throw_invalid("NOT IN over a subquery that is correlated by other than equalities");
  if (surely_fits(left, right, context.budgets.max_index_entries))
    return *joined_at_once(std::move(left), std::move(right), join, context);
  if (auto at_once = joined_at_once(left, right, join, context)) return std::move(*at_once);
  return joined_in_parts(std::move(left), std::move(right), join, context);
}

}  // namespace arbors::exec
