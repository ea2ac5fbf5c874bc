#include "engine/exec/run/run_aggregation.h"

#include <algorithm>

#include "engine/exec/scan/parallel_scan.h"

namespace arbors::exec {
namespace {

std::shared_ptr<ColumnBatch> run_parallel(const AggregationPlan& plan, const Relation& relation,
                                          const ExecutionContext& context) {
  const unsigned workers = context.budgets.threads;
  std::vector<Aggregation> states;
  for (unsigned worker = 0; worker < workers; ++worker) states.emplace_back(plan, context);
  Scan scan(relation.input, context);
  const std::vector<const RowExpr*> expressions = states.front().expressions();
  const std::vector<Path> paths = paths_read(relation.input, expressions);
  parallel_scan(scan, paths, workers, [&](unsigned worker, ScannedRows& block) {
    states[worker].add(block.rows.size(),
                       [&](const RowExpr& expr) { return block.evaluate(expr, block.rows); });
  });
  for (unsigned worker = 1; worker < workers; ++worker) states.front().merge(states[worker]);
  return states.front().finish();
}

}  // namespace

std::shared_ptr<ColumnBatch> run_aggregation(const AggregationPlan& plan, const Relation& relation,
                                             const ExecutionContext& context) {
  const bool whole_scan = !relation.picked && !relation.sliced();
  if (whole_scan && plan.any_order() && parallel_scan_pays(relation.input, context))
    return run_parallel(plan, relation, context);
  Aggregation aggregation(plan, context);
  const bool counts_only = plan.keys.empty() && relation.is_positional() &&
                           std::all_of(plan.calls.begin(), plan.calls.end(), [](const auto& call) {
                             return !call.argument && !call.filter;
                           });
  if (counts_only) {
    const std::uint64_t rows = count_rows(relation, context);
    for (std::uint64_t left = rows; left > 0;) {
      const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 1U << 31));
      aggregation.add(part, {});
      left -= part;
    }
    return aggregation.finish();
  }
  const RowStreamPtr rows = stream(relation, context);
  while (const RowRunPtr run = rows->next())
    aggregation.add(run->size(), [&](const RowExpr& expr) { return run->evaluate(expr); });
  return aggregation.finish();
}

}  // namespace arbors::exec
