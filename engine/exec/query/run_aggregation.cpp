#include "engine/exec/query/run_aggregation.h"

#include <algorithm>

#include "engine/exec/scan/known_segments.h"
#include "engine/exec/scan/parallel_scan.h"

namespace arbors::exec {
namespace {

// Where a segment's rows stand among all: none has 2^32.
std::uint64_t first_position(std::size_t segment) { return std::uint64_t{segment} << 32U; }

void run_parallel(Aggregation& aggregation, const AggregationPlan& plan, Scan& scan,
                  const ExecutionContext& context) {
  const unsigned workers = context.budgets.threads;
  std::vector<Aggregation> others;  // of all workers but the first
  for (unsigned worker = 1; worker < workers; ++worker) others.emplace_back(plan, context);
  const std::vector<const RowExpr*> expressions = aggregation.expressions();
  const std::vector<Path> paths = paths_read(scan.input(), expressions);
  parallel_scan(scan, paths, workers, [&](unsigned worker, ScannedRows& block) {
    Aggregation& state = worker == 0 ? aggregation : others[worker - 1];
    state.add(block.rows.size(), first_position(block.index),
              [&](const RowExpr& expr) { return block.evaluate(expr, block.rows); });
  });
  for (Aggregation& other : others) aggregation.merge(other);
}

// Aggregates what statistics do not tell, where the rows' order does not show.
void run_scan(Aggregation& aggregation, const AggregationPlan& plan, const ScanInput& input,
              const ExecutionContext& context) {
  Scan scan(input, context);
  if (input.steps.empty() && aggregation.may_be_known()) {
    std::vector<std::uint32_t> unknown = unknown_segments(
        input, context, [&](batch::BatchReader& batch, std::uint32_t rows, std::uint32_t segment) {
          return aggregation.add_known(batch, rows, first_position(segment));
        });
    if (unknown.empty()) return;
    scan.visit(std::move(unknown));
  }
  if (parallel_scan_pays(input, context)) return run_parallel(aggregation, plan, scan, context);
  for (ScannedRows block; scan.next(block);)
    aggregation.add(block.rows.size(), first_position(block.index),
                    [&](const RowExpr& expr) { return block.evaluate(expr, block.rows); });
}

}  // namespace

std::shared_ptr<ColumnBatch> run_aggregation(const AggregationPlan& plan, const Relation& relation,
                                             const ExecutionContext& context) {
  const bool whole_scan = !relation.picked && !relation.sliced();
  Aggregation aggregation(plan, context);
  const bool counts_only = plan.keys.empty() && relation.is_positional() &&
                           std::all_of(plan.calls.begin(), plan.calls.end(), [](const auto& call) {
                             return !call.argument && !call.filter;
                           });
  if (counts_only) {
    const std::uint64_t rows = count_rows(relation, context);
    for (std::uint64_t left = rows; left > 0;) {
      const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 1U << 31));
      aggregation.add(part, 0, {});
      left -= part;
    }
    return aggregation.finish();
  }
  if (whole_scan && plan.any_order()) {
    run_scan(aggregation, plan, relation.input, context);
    return aggregation.finish();
  }
  const RowStreamPtr rows = stream(relation, context);
  std::uint64_t position = 0;
  while (const RowRunPtr run = rows->next()) {
    aggregation.add(run->size(), position,
                    [&](const RowExpr& expr) { return run->evaluate(expr); });
    position += run->size();
  }
  return aggregation.finish();
}

}  // namespace arbors::exec
