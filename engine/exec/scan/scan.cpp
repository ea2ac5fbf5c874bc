#include "engine/exec/scan/scan.h"

#include <algorithm>

#include "engine/batch/trees/tree_writer.h"
#include "engine/exec/scan/flattened_batch.h"
#include "engine/exec/scan/reshape.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/expr/deduce/prune.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

void take_step(const FilterStep& step, ScannedRows& rows, const ExecutionContext&) {
  rows.filter(step.predicate);
}

void take_step(const ExplodeStep& step, ScannedRows& rows, const ExecutionContext&) {
  const Mounts before = rows.mounted();
  rows.mounts = std::make_shared<const Mounts>(before.explode(step, rows.rows));
  rows.rows = expr::Selection::all(rows.mounts->rows());
}

void take_step(const ReshapeStep& step, ScannedRows& rows, const ExecutionContext& context) {
  rows.batch = reshape(step, rows, context);
  rows.mounts = nullptr;
  rows.rows = expr::Selection::all(rows.batch->trees());
}

void take_step(const FlattenStep& step, ScannedRows& rows, const ExecutionContext& context) {
  if (batch::BatchReaderPtr flattened = FlattenedBatch::of(rows.batch))
    rows.batch = std::move(flattened);
  else
    take_step(ReshapeStep{step.whole, true}, rows, context);
}

void take_step(const ChangeStep& step, ScannedRows& rows, const ExecutionContext&) {
  step.change->apply(rows);
}

void take_steps(std::span<const ScanStep> steps, ScannedRows& rows,
                const ExecutionContext& context) {
  for (const ScanStep& step : steps) {
    if (rows.rows.empty()) return;
    std::visit([&](const auto& one) { take_step(one, rows, context); }, step);
  }
}

// Tells whether a step gives the block other rows or mounts, not only fewer.
bool renumbers(const ScanStep& step) {
  if (const auto* change = std::get_if<ChangeStep>(&step)) return change->change->mounts();
  return !std::holds_alternative<FilterStep>(step);
}

}  // namespace

bool ScanInput::keeps_rows() const { return std::none_of(steps.begin(), steps.end(), renumbers); }

const plan::WindowCall* identity_read(const expr::ExprPtr& expr, const ScanInput& input) {
  if (!expr || plan::bare_path(*expr) == nullptr) return nullptr;
  const RowExpr read(expr);
  if (read.mixed() || read.leaves().size() != 1) return nullptr;
  std::uint32_t mount = 0;
  for (const ScanStep& step : input.steps) {
    if (const auto* explode = std::get_if<ExplodeStep>(&step)) mount += explode->keys ? 2 : 1;
    const auto* change = std::get_if<ChangeStep>(&step);
    if (change == nullptr || !change->change->mounts() || ++mount != read.mount()) continue;
    const std::vector<PathStep>& steps = read.leaves().front().path.steps;
    return steps.size() == 1 ? change->change->identity(steps.front().key) : nullptr;
  }
  return nullptr;
}

Mounts ScannedRows::mounted() const { return mounts ? *mounts : Mounts(*batch); }

batch::VectorPtr ScannedRows::evaluate(const RowExpr& expr,
                                       const expr::Selection& selection) const {
  if (mounts) return mounts->evaluate(expr, selection);
  const batch::Scope scope(*batch);
  return expr::evaluate(*expr.expr(), {scope}, selection);
}

void ScannedRows::filter(const RowExpr& expr) {
  if (mounts) return mounts->filter(expr, rows);
  const batch::Scope scope(*batch);
  expr::filter(*expr.expr(), {scope}, rows);
}

std::uint32_t ScannedRows::count(const RowExpr& expr) const {
  const batch::Scope scope(*batch);
  return expr::count_true(*expr.expr(), {scope}, rows);
}

Scan::Scan(ScanInput input, const ExecutionContext& context)
    : input_(std::move(input)), selector_(*input_.source, input_.restriction), context_(context) {
  if (input_.predicate) predicate_.emplace(input_.predicate);
  const auto first = std::find_if(input_.steps.begin(), input_.steps.end(), renumbers);
  flattens_ = first != input_.steps.end() && std::holds_alternative<FlattenStep>(*first);
}

bool Scan::next(ScannedRows& out, const expr::ExprPtr& bound) {
  while (fetch(out, bound))
    if (narrow(out, bound)) return true;
  return false;
}

bool Scan::fetch(ScannedRows& out, const expr::ExprPtr& bound) {
  SelectedRows selected;
  while (selector_.next(selected)) {
    context_.check_interrupt();
    out.segment = selected.segment;
    out.index = static_cast<std::uint32_t>(selector_.segment_index());
    out.batch = input_.source->open_batch(selected.segment->batch);
    out.rows = std::move(selected.rows);
    out.mounts = nullptr;
    if (!ruled_out(out, bound)) {
      if (flattens_ && !FlattenedBatch::of(out.batch))
        out.batch->load(batch::paths_to_write(*out.batch, kRootPath));
      return true;
    }
    if (context_.counters != nullptr) ++context_.counters->batches_pruned;
  }
  return false;
}

// Asks the statistics for all predicates, so that a batch that one of them rules out is not read
// for the other.
bool Scan::ruled_out(ScannedRows& rows, const expr::ExprPtr& bound) const {
  const auto verdict = [&](const expr::ExprPtr& predicate) {
    return predicate ? expr::prune(*predicate, *rows.batch) : expr::Verdict::Always;
  };
  const expr::Verdict own = verdict(input_.predicate);
  rows.all_pass = own == expr::Verdict::Always;
  return own == expr::Verdict::Never ||
         (input_.steps.empty() && verdict(bound) == expr::Verdict::Never);
}

bool Scan::narrow(ScannedRows& rows, const expr::ExprPtr& bound) const {
  if (predicate_ && !rows.all_pass) rows.filter(*predicate_);
  take_steps(input_.steps, rows, context_);
  if (bound && !rows.rows.empty() &&
      (!input_.steps.empty() || expr::prune(*bound, *rows.batch) != expr::Verdict::Always))
    rows.filter(RowExpr(bound));
  return !rows.rows.empty();
}

void Scan::settle() {
  if (settled_) return;
  settled_ = true;
  if (context_.counters != nullptr)
    context_.counters->early_exit_batches_skipped += selector_.segments_left();
}

ScannedRows reopen(const ScanInput& input, std::uint32_t index, const ExecutionContext& context) {
  ScannedRows block;
  block.segment = &input.source->segments()[index];
  block.index = index;
  block.batch = input.source->open_batch(block.segment->batch);
  block.rows = expr::Selection::all(block.batch->trees());
  if (input.keeps_rows()) return block;
  block.rows = RowSelector(*input.source, input.restriction).rows_of(*block.segment);
  if (input.predicate && !block.rows.empty()) block.filter(RowExpr(input.predicate));
  const auto last = std::find_if(input.steps.rbegin(), input.steps.rend(), renumbers).base();
  take_steps({input.steps.begin(), last}, block, context);
  return block;
}

}  // namespace arbors::exec
