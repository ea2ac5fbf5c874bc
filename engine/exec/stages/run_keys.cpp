// Stages that compare keys: filter, sort and unique, over a scan's rows or over picked ones.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/exec/group/group_keys.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/sort/order.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/sort/sorted_rows.h"
#include "engine/exec/sort/walked_order.h"
#include "engine/exec/stages/row_streams.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

// Calls visit(run, first place of its rows) for each run of a relation.
template <typename Visit>
void for_each_run(const Relation& relation, const ExecutionContext& context, Visit visit) {
  const RowStreamPtr rows = stream(relation, context);
  std::size_t at = 0;
  while (const RowRunPtr run = rows->next()) {
    visit(*run, at);
    at += run->size();
  }
}

void filter_picked(Relation& relation, const expr::ExprPtr& predicate,
                   const ExecutionContext& context) {
  const RowExpr condition(predicate);
  const expr::ExprPtr truth = expr::path(parse_path("\"0\""));
  std::vector<RowRef> kept;
  for_each_run(relation, context, [&](RowRun& run, std::size_t at) {
    ColumnBatch values({{"0", run.evaluate(condition)}}, run.size());
    const batch::Scope scope(values);
    expr::Selection rows = expr::Selection::all(run.size());
    expr::filter(*truth, {scope}, rows);
    for (std::uint32_t i = 0; i < rows.size(); ++i)
      kept.push_back((*relation.picked)[at + rows[i]]);
  });
  relation.picked = std::move(kept);
}

void sort_picked(Relation& relation, const plan::Sort& sort, const ExecutionContext& context) {
  std::vector<SortRanks> columns;
  std::vector<RowExpr> keys;
  for (const plan::SortKey& key : sort.keys) {
    columns.emplace_back(key.descending, key.nulls_last, key.collation);
    keys.emplace_back(key.expr);
  }
  for_each_run(relation, context, [&](RowRun& run, std::size_t) {
    for (std::size_t i = 0; i < keys.size(); ++i) columns[i].append(run.evaluate(keys[i]));
  });
  std::vector<Ranks> ranks;
  for (SortRanks& column : columns) ranks.push_back(column.finish(context));
  std::vector<std::uint32_t> order = sorted_rows(ranks);
  if (sort.limit && *sort.limit < order.size()) order.resize(*sort.limit);
  std::vector<RowRef> rows;
  for (const std::uint32_t place : order) rows.push_back((*relation.picked)[place]);
  relation.picked = std::move(rows);
}

}  // namespace

void filter_rows(Relation& relation, const expr::ExprPtr& predicate,
                 const ExecutionContext& context) {
  const expr::ExprPtr condition = resolve(relation, predicate, context);
  filter_scan_rows(relation, condition, context);
}

void filter_scan_rows(Relation& relation, const expr::ExprPtr& condition,
                      const ExecutionContext& context) {
  if (relation.sliced()) pick(relation, context);
  if (relation.picked) return filter_picked(relation, condition, context);
  if (!relation.input.steps.empty()) {
    relation.input.steps.push_back(FilterStep{RowExpr(condition)});
  } else if (relation.input.predicate) {
    relation.input.predicate = expr::and_all({relation.input.predicate, condition});
  } else {
    relation.input.predicate = condition;
  }
}

void sort_rows(Relation& relation, plan::Sort sort, const ExecutionContext& context) {
  for (const plan::SortKey& key : sort.keys) {
    if (relation.shape.resolve(key.expr)) continue;
    reshape(relation, context);
    break;
  }
  for (plan::SortKey& key : sort.keys) key.expr = relation.shape.resolve(key.expr);
  if (relation.sliced()) pick(relation, context);
  if (relation.picked) return sort_picked(relation, sort, context);
  if (sort.limit && WalkedOrder::serves(relation.input, sort)) {
    std::vector<RowRef> first;
    if (WalkedOrder(relation.input, sort, context).extend(first, *sort.limit)) {
      if (first.size() > *sort.limit) first.resize(*sort.limit);
      relation.picked = std::move(first);
      return;
    }
  }
  if (sort.limit && *sort.limit <= kMostHeapRows) {
    Scan scan(relation.input, context);
    relation.picked = order_first(scan, sort, *sort.limit, context);
    return;
  }
  const OrderedRows sorted = order_all(relation.input, sort, context);
  relation.picked = sorted.cut(0, std::min(sorted.size(), sort.limit.value_or(SIZE_MAX)));
}

void unique_rows(Relation& relation, const plan::UniqueBy& unique,
                 const ExecutionContext& context) {
  std::vector<Collation> collations;
  for (const expr::ExprPtr& key : unique.keys) {
    if (!relation.shape.resolve(key)) reshape(relation, context);
    collations.push_back(expr::collation(*key, *key));
  }
  std::vector<RowExpr> resolved;
  for (const expr::ExprPtr& key : unique.keys) resolved.emplace_back(relation.shape.resolve(key));
  if (relation.sliced()) pick(relation, context);
  GroupKeys seen(collations);
  std::vector<RowRef> kept;
  std::vector<std::uint32_t> groups;
  for_each_run(relation, context, [&](RowRun& run, std::size_t at) {
    std::vector<batch::VectorPtr> values;
    for (const RowExpr& key : resolved) values.push_back(run.evaluate(key));
    seen.number(values, groups);
    if (seen.varied() && !unique.doubt.empty()) throw_invalid(unique.doubt);
    for (std::uint32_t row = 0; row < run.size(); ++row) {
      if (groups[row] == kept.size())
        kept.push_back(row_of(relation, run, at, row));
      else if (unique.last)
        kept[groups[row]] = row_of(relation, run, at, row);
    }
  });
  relation.picked = std::move(kept);
}

}  // namespace arbors::exec
