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

// Throws Error{Limit}, and tells `end`, where all workers together find too many groups.
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
    if (state.left().empty()) return;
    end.full = true;
    throw Error(ErrorCode::Limit, "a worker has too many groups");
  });
  for (Aggregation& other : others) aggregation.merge(other);
}

void note_left(const Aggregation& aggregation, const ScannedRows& block,
               std::vector<RowRef>& left) {
  for (const std::uint32_t row : aggregation.left()) left.push_back({block.index, block.rows[row]});
}

// Lets workers compute what is aggregated, one at a time adding it.
void run_shared(Aggregation& aggregation, Scan& scan, const ExecutionContext& context,
                std::vector<RowRef>& left) {
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
                  note_left(aggregation, block, left);
                });
  std::ranges::sort(left);
}

// Tells, after a first block, whether there is little to be saved by aggregating apart: where most
// rows are groups or values of their own, merging takes as long as adding them does.
bool merging_costs(const Aggregation& aggregation, const ScannedRows& block) {
  constexpr std::uint32_t kTelling = 256, kRowsAnEntry = 4;
  return block.rows.size() >= kTelling && aggregation.held() * kRowsAnEntry > block.rows.size();
}

// Aggregates what statistics do not tell, where the rows' order does not show. Workers may do so
// `apart`, in tables of their own.
void run_scan(Aggregation& aggregation, const AggregationPlan& plan, const ScanInput& input,
              const ExecutionContext& context, AggregationEnd& end, bool apart,
              std::vector<RowRef>& left) {
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
    note_left(aggregation, block, left);
    if (!std::exchange(first, false)) continue;
    if (!apart || !left.empty() || merging_costs(aggregation, block))
      return run_shared(aggregation, scan, context, left);
    return run_parallel(aggregation, plan, scan, context, end);
  }
}

// Aggregates rows as they come, in their order.
void run_stream(Aggregation& aggregation, const Relation& relation, const ExecutionContext& context,
                std::vector<RowRef>& left) {
  const RowStreamPtr rows = stream(relation, context);
  std::uint64_t position = 0;
  while (const RowRunPtr run = rows->next()) {
    aggregation.add(run->size(), position,
                    [&](const RowExpr& expr) { return run->evaluate(expr); });
    for (const std::uint32_t row : aggregation.left())
      left.push_back(row_of(relation, *run, position, row));
    position += run->size();
  }
}

GroupedRows aggregated_at_once(const AggregationPlan& plan, const Relation& relation,
                               const ExecutionContext& context, AggregationEnd& end, bool apart) {
  const bool whole_scan = !relation.picked && !relation.sliced();
  Aggregation aggregation(plan, context, &end);
  const bool counts_only =
      plan.keys.empty() && std::all_of(plan.calls.begin(), plan.calls.end(), [](const auto& call) {
        return !call.argument && !call.filter;
      });
  GroupedRows found;
  if (counts_only) {
    const std::uint64_t rows = count_rows(relation, context);
    for (std::uint64_t left = rows; left > 0;) {
      const auto part = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 1U << 31));
      aggregation.add(part, 0, {});
      left -= part;
    }
  } else if (whole_scan && plan.any_order()) {
    run_scan(aggregation, plan, relation.input, context, end, apart, found.left);
  } else {
    run_stream(aggregation, relation, context, found.left);
  }
  found.groups = aggregation.finish(plan.in_key_order && found.left.empty());
  return found;
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

GroupedRows run_aggregation(const AggregationPlan& plan, const Relation& relation,
                            const ExecutionContext& context) {
  AggregationEnd end;
  for (const bool apart : {true, false}) {
    try {
      return aggregated_at_once(plan, relation, context, end, apart);
    } catch (const Error& error) {
      if ((!end.full && !end.varied) || error.code() != ErrorCode::Limit) throw;
    }
    if (end.varied) break;
    end.full = false;
  }
  if (!plan.shown.doubt.empty()) throw_invalid(plan.shown.doubt);
  return run_aggregation(with_shown_keys(plan), relation, context);
}

}  // namespace arbors::exec
