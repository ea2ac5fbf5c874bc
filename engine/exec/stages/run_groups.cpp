// Stages that gather rows into groups.
#include <algorithm>
#include <utility>

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/group/kept_value.h"
#include "engine/exec/group/value_hashes.h"
#include "engine/exec/join/key_part.h"
#include "engine/exec/rows/column_spool.h"
#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/sort/sorted_rows.h"
#include "engine/exec/source/memory_source.h"
#include "engine/exec/stages/gather_rows.h"
#include "engine/exec/stages/run_aggregation.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

// Resolves all expressions over the relation's rows, reshaping it once where one of them needs it.
void resolve_all(Relation& relation, const std::vector<expr::ExprPtr*>& exprs,
                 const ExecutionContext& context) {
  for (const expr::ExprPtr* expr : exprs)
    if (*expr && !relation.shape.resolve(*expr)) reshape(relation, context);
  for (expr::ExprPtr* expr : exprs)
    if (*expr) *expr = relation.shape.resolve(*expr);
}

void resolve_all(Relation& relation, AggregationPlan& plan, const ExecutionContext& context) {
  std::vector<expr::ExprPtr*> exprs;
  for (plan::NamedExpr& key : plan.keys) exprs.push_back(&key.expr);
  for (plan::AggregateCall& call : plan.calls) {
    exprs.push_back(&call.argument);
    if (call.function->pairs) exprs.push_back(&call.second);
    exprs.push_back(&call.filter);
  }
  exprs.push_back(&plan.shown.second);
  resolve_all(relation, exprs, context);
}

Relation relation_of(const std::shared_ptr<ColumnBatch>& batch) {
  return relation_of(std::make_shared<MemorySource>(std::vector<batch::BatchReaderPtr>{batch},
                                                    batch->shared_paths()));
}

// Keeps some of a scan's rows, as they are numbered behind the steps before.
class KeptOfScan : public BlockChange {
 public:
  explicit KeptOfScan(std::vector<RowRef> ascending) : rows_(std::move(ascending)) {}

  void apply(ScannedRows& block) const override {
    std::vector<std::uint32_t> kept;
    auto at = std::ranges::lower_bound(rows_, RowRef{block.index, 0});
    for (; at != rows_.end() && at->segment == block.index; ++at) kept.push_back(at->row);
    block.rows = expr::Selection::list(std::move(kept));
  }
  bool mounts() const override { return false; }
  bool knows_rows() const override { return true; }
  std::vector<const RowExpr*> expressions() const override { return {}; }

 private:
  std::vector<RowRef> rows_;
};

// Parts picked rows by a hash of their keys.
std::vector<std::vector<RowRef>> parts_of(const Relation& relation, const AggregationPlan& plan,
                                          unsigned level, const ExecutionContext& context) {
  std::vector<RowExpr> exprs;
  std::vector<Collation> collations;
  for (const plan::NamedExpr& key : plan.keys) {
    exprs.emplace_back(key.expr);
    collations.push_back(expr::collation(*key.expr, *key.expr));
  }
  std::vector<std::vector<RowRef>> parts(KeyPart::kParts);
  const RowStreamPtr rows = stream(relation, context);
  std::size_t at = 0;
  while (const RowRunPtr run = rows->next()) {
    std::vector<batch::VectorPtr> keys;
    for (const RowExpr& expr : exprs) keys.push_back(run->evaluate(expr));
    for (const std::uint64_t hash : key_hashes(keys, collations))
      parts[KeyPart::of(hash, level)].push_back((*relation.picked)[at++]);
  }
  return parts;
}

// Groups the rows that were left, pass by pass, each within the budget: rows of many passes are
// parted by their keys first.
void spool_groups(const Relation& relation, const AggregationPlan& plan, std::vector<RowRef> left,
                  unsigned level, ColumnSpool& groups, const ExecutionContext& context) {
  constexpr std::uint64_t kPasses = 4;
  const bool by_scan = !relation.picked && !relation.sliced() && plan.any_order();
  while (!left.empty()) {
    Relation rows = relation;
    rows.slice = {};
    if (left.size() / kPasses > context.budgets.max_group_keys && level < KeyPart::kLevels) {
      rows.picked = std::move(left);
      std::vector<std::vector<RowRef>> parts = parts_of(rows, plan, level, context);
      rows.picked.reset();
      for (std::vector<RowRef>& part : parts)
        spool_groups(relation, plan, std::exchange(part, {}), level + 1, groups, context);
      return;
    }
    if (by_scan) {
      rows.input.steps.push_back(ChangeStep{std::make_shared<const KeptOfScan>(std::move(left))});
    } else {
      rows.picked = std::move(left);
    }
    GroupedRows found = run_aggregation(plan, rows, context);
    groups.add(std::move(found.groups));
    left = std::move(found.left);
  }
}

Relation aggregate_rows(Relation& relation, AggregationPlan plan, const ExecutionContext& context) {
  resolve_all(relation, plan, context);
  GroupedRows found = run_aggregation(plan, relation, context);
  if (found.left.empty()) return relation_of(found.groups);
  const bool in_key_order = std::exchange(plan.in_key_order, false);
  ColumnSpool groups;
  groups.add(std::move(found.groups));
  spool_groups(relation, plan, std::move(found.left), 0, groups, context);
  Relation all = relation_of(groups.finish());
  if (!in_key_order) return all;
  plan::Sort sort;
  for (const plan::NamedExpr& key : plan.keys) {
    plan::SortKey by;
    by.expr = expr::path(Path{{{PathStep::Kind::Key, key.name, 0}}});
    by.collation = expr::collation(*key.expr, *key.expr);
    sort.keys.push_back(std::move(by));
  }
  sort_rows(all, std::move(sort), context);
  return all;
}

// The groups in the order of their keys.
Gathered in_key_order(const Gathered& from, const std::vector<Collation>& collations,
                      const ExecutionContext& context) {
  std::vector<Ranks> ranks;
  for (std::size_t key = 0; key < collations.size(); ++key) {
    SortRanks column(false, false, collations[key]);
    column.append(from.keys[key]);
    ranks.push_back(column.finish(context));
  }
  const std::vector<std::uint32_t> order = sorted_rows(ranks);
  Gathered to;
  for (const batch::VectorPtr& key : from.keys) to.keys.push_back(batch::gather(*key, order));
  to.starts.push_back(0);
  for (const std::uint32_t group : order) {
    to.firsts.push_back(from.firsts[group]);
    to.rows.insert(to.rows.end(),
                   from.rows.begin() + static_cast<std::ptrdiff_t>(from.starts[group]),
                   from.rows.begin() + static_cast<std::ptrdiff_t>(from.starts[group + 1]));
    to.starts.push_back(to.rows.size());
  }
  return to;
}

// The values with null for what is missing.
batch::VectorPtr with_nulls(const batch::VectorPtr& values) {
  if (!values->has(batch::Tag::Missing)) return values;
  batch::VectorBuilder builder(values->rows);
  KeptValue kept;
  for (std::uint32_t row = 0; row < values->rows; ++row) {
    kept.keep(*values, row);
    kept.is_null() ? builder.append_null() : kept.append_to(builder);
  }
  return builder.finish();
}

// Lets the keys of each group's first tree stand for it.
void show_first_keys(Gathered& groups, const Relation& relation, const std::vector<RowExpr>& fields,
                     const ExecutionContext& context) {
  OrderedRun run(relation.input, groups.firsts, std::make_shared<const TreeShape>(relation.shape),
                 context);
  for (std::size_t key = 0; key < fields.size(); ++key)
    groups.keys[key] = with_nulls(run.evaluate(fields[key]));
}

// group_by without braces: {key…, "trees": […]}.
Relation groups_of_trees(Relation relation, const plan::GroupBy& group,
                         const ExecutionContext& context) {
  std::vector<plan::NamedExpr> keys = group.keys;
  std::vector<expr::ExprPtr*> exprs;
  for (plan::NamedExpr& key : keys) exprs.push_back(&key.expr);
  resolve_all(relation, exprs, context);
  pick(relation, context);
  std::vector<Collation> collations;
  std::vector<RowExpr> fields;
  for (const plan::NamedExpr& key : keys) {
    collations.push_back(expr::collation(*key.expr, *key.expr));
    fields.emplace_back(key.expr);
  }
  const auto values = [&](RowRun& run) {
    std::vector<batch::VectorPtr> of_run;
    for (const RowExpr& field : fields) of_run.push_back(run.evaluate(field));
    return of_run;
  };
  Gathered groups = gather_rows(relation, values, collations, false, context);
  if (groups.varied) show_first_keys(groups, relation, fields, context);
  const auto gathered = std::make_shared<const Gathered>(in_key_order(groups, collations, context));
  const auto heads = [=](std::uint32_t first, std::uint32_t count) -> batch::BatchReaderPtr {
    std::vector<NamedColumn> columns;
    for (std::size_t key = 0; key < keys.size(); ++key)
      columns.push_back({keys[key].name, batch::slice(*gathered->keys[key], first, count)});
    return std::make_shared<ColumnBatch>(std::move(columns), count);
  };
  const auto shape = std::make_shared<const TreeShape>(relation.shape);
  return relation_of(
      source_of_groups(gathered, relation.input, shape, {"group_by", "trees", heads}, context));
}

}  // namespace

Relation grouped(Relation relation, const plan::GroupBy& group, const ExecutionContext& context) {
  if (group.gather_trees) return groups_of_trees(std::move(relation), group, context);
  return aggregate_rows(relation, {group.keys, group.aggregates, group.in_key_order, group.shown},
                        context);
}

Relation aggregated(Relation relation, const plan::Aggregate& aggregate,
                    const ExecutionContext& context) {
  return aggregate_rows(relation, {{}, aggregate.aggregates, false}, context);
}

}  // namespace arbors::exec
