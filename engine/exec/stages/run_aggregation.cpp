#include "engine/exec/stages/run_aggregation.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "engine/base/error.h"
#include "engine/exec/scan/known_segments.h"
#include "engine/exec/scan/parallel_scan.h"
#include "engine/plan/aggregate.h"

namespace arbors::exec {
namespace {

// Where a segment's rows stand among all: none has 2^32.
std::uint64_t first_position(std::size_t segment) { return std::uint64_t{segment} << 32U; }

void run_parallel(Aggregation& aggregation, const AggregationPlan& plan, Scan& scan,
                  const ExecutionContext& context, AggregationEnd& end) {
  const unsigned workers = context.budgets.threads;
  std::vector<Aggregation> others;  // of all workers but the first
  for (unsigned worker = 1; worker < workers; ++worker) others.emplace_back(plan, context, &end);
  const std::vector<const RowExpr*> expressions = aggregation.expressions();
  const std::vector<ReadPath> paths = paths_read(scan.input(), expressions);
  parallel_scan(scan, paths, workers, [&](unsigned worker, ScannedRows& block) {
    Aggregation& state = worker == 0 ? aggregation : others[worker - 1];
    state.add(block.rows.size(), first_position(block.index),
              [&](const RowExpr& expr) { return block.evaluate(expr, block.rows); });
  });
  for (Aggregation& other : others) aggregation.merge(other);
}

// Lets workers compute what is aggregated, one at a time adding it.
void run_shared(Aggregation& aggregation, Scan& scan, const ExecutionContext& context) {
  const std::vector<const RowExpr*> expressions = aggregation.expressions();
  std::mutex mutex;
  parallel_scan(scan, paths_read(scan.input(), expressions), context.budgets.threads,
                [&](unsigned, ScannedRows& block) {
                  std::map<const RowExpr*, batch::VectorPtr> values;
                  for (const RowExpr* expr : expressions)
                    values[expr] = block.evaluate(*expr, block.rows);
                  const std::lock_guard lock(mutex);
                  aggregation.add(block.rows.size(), first_position(block.index),
                                  [&](const RowExpr& expr) { return values.at(&expr); });
                });
}

// Tells, after a first block, whether there is little to be saved by aggregating apart: where most
// rows are groups or values of their own, merging takes as long as adding them does.
bool merging_costs(const Aggregation& aggregation, const ScannedRows& block) {
  constexpr std::uint32_t kTelling = 256, kRowsAnEntry = 4;
  return block.rows.size() >= kTelling && aggregation.held() * kRowsAnEntry > block.rows.size();
}

// Aggregates what statistics do not tell, where the rows' order does not show.
void run_scan(Aggregation& aggregation, const AggregationPlan& plan, const ScanInput& input,
              const ExecutionContext& context, AggregationEnd& end) {
  Scan scan(input, context);
  if (input.steps.empty() && aggregation.may_be_known()) {
    std::vector<std::uint32_t> unknown = unknown_segments(
        input, context, [&](batch::BatchReader& batch, std::uint32_t rows, std::uint32_t segment) {
          return aggregation.add_known(batch, rows, first_position(segment));
        });
    if (unknown.empty()) return;
    scan.visit(std::move(unknown));
  }
  bool first = parallel_scan_pays(input, context);
  for (ScannedRows block; scan.next(block);) {
    aggregation.add(block.rows.size(), first_position(block.index),
                    [&](const RowExpr& expr) { return block.evaluate(expr, block.rows); });
    if (!std::exchange(first, false)) continue;
    if (merging_costs(aggregation, block)) return run_shared(aggregation, scan, context);
    return run_parallel(aggregation, plan, scan, context, end);
  }
}

std::shared_ptr<ColumnBatch> aggregated_at_once(const AggregationPlan& plan,
                                                const Relation& relation,
                                                const ExecutionContext& context,
                                                AggregationEnd& end) {
  const bool whole_scan = !relation.picked && !relation.sliced();
  Aggregation aggregation(plan, context, &end);
  const bool counts_only =
      plan.keys.empty() && std::all_of(plan.calls.begin(), plan.calls.end(), [](const auto& call) {
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
    run_scan(aggregation, plan, relation.input, context, end);
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

// The plan with a call for each key, which takes the one to be shown as the rows come in order.
AggregationPlan with_shown_keys(AggregationPlan plan) {
  plan.shows_calls = true;
  for (const plan::NamedExpr& key : plan.keys) {
    plan::AggregateCall call;
    const bool first = plan.shown.function == nullptr;
    call.function = first ? plan::find_aggregate("first") : plan.shown.function;
    call.name = key.name;
    call.argument = key.expr;
    call.second = plan.shown.second;
    plan.calls.push_back(std::move(call));
  }
  return plan;
}

}  // namespace

std::shared_ptr<ColumnBatch> run_aggregation(const AggregationPlan& plan, const Relation& relation,
                                             const ExecutionContext& context) {
  AggregationEnd end;
  try {
    return aggregated_at_once(plan, relation, context, end);
  } catch (const Error& error) {
    if ((!end.full && !end.varied) || error.code() != ErrorCode::Limit) throw;
  }
  if (!end.varied) return nullptr;
  if (!plan.shown.doubt.empty()) throw_invalid(plan.shown.doubt);
  return run_aggregation(with_shown_keys(plan), relation, context);
}

}  // namespace arbors::exec
