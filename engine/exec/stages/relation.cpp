#include "engine/exec/stages/relation.h"

#include <algorithm>

#include "engine/exec/rows/direct_run.h"
#include "engine/exec/rows/spliced_source.h"
#include "engine/exec/rows/window_source.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/scan/fields_batch.h"
#include "engine/exec/scan/known_segments.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/exec/scan/text_batch.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/stages/row_streams.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kWindow = 4096;  // trees built at once of a relation that has no columns

TreeShapePtr compiled(const Relation& relation) {
  return std::make_shared<const TreeShape>(relation.shape);
}

void add_rows(std::uint32_t segment, const expr::Selection& selection, std::vector<RowRef>& rows) {
  for (std::uint32_t i = 0; i < selection.size(); ++i) rows.push_back({segment, selection[i]});
}

// Builds the trees of picked rows when they are read: for as many rows at once as the budget
// allows, so that few walks over the batches serve all windows.
class PickedTrees {
 public:
  PickedTrees(const Relation& relation, const ExecutionContext& context)
      : input_(relation.input),
        rows_(*relation.picked),
        shape_(compiled(relation)),
        context_(context),
        // Whole windows, so that none lies in two runs.
        at_once_(std::max<std::uint64_t>(context.budgets.max_buffer_trees / kWindow, 1) * kWindow) {
  }

  std::vector<std::string> texts(std::uint64_t first, std::uint32_t count) {
    if (!run_ || first < begin_ || first >= begin_ + run_->size()) open(first);
    std::vector<std::string> texts(count);
    for (std::uint32_t i = 0; i < count; ++i)
      run_->tree(static_cast<std::uint32_t>(first - begin_) + i, texts[i]);
    return texts;
  }

 private:
  void open(std::uint64_t first) {
    begin_ = first - first % at_once_;
    const std::uint64_t end = std::min<std::uint64_t>(begin_ + at_once_, rows_.size());
    const auto rows = rows_.begin();
    run_.emplace(input_,
                 std::vector<RowRef>(rows + static_cast<std::ptrdiff_t>(begin_),
                                     rows + static_cast<std::ptrdiff_t>(end)),
                 shape_, context_);
  }

  ScanInput input_;
  std::vector<RowRef> rows_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  std::uint64_t at_once_;
  std::uint64_t begin_ = 0;  // the place of the run's first row
  std::optional<OrderedRun> run_;
};

// Rows of a scan that keeps them, segment by segment.
using Survivors = std::vector<std::pair<std::uint32_t, expr::Selection>>;

Survivors scanned(const Relation& relation, const ExecutionContext& context) {
  if (!relation.sliced()) {
    return compute_blocks<Survivors::value_type>(
        relation.input, {}, context,
        [](const ScannedRows& block) { return Survivors::value_type(block.index, block.rows); });
  }
  Survivors found;
  ScanStream scan(relation.input, relation.slice, compiled(relation), context);
  while (const RowRunPtr run = scan.next()) {
    const ScannedRows& block = static_cast<const DirectRun&>(*run).block();
    found.emplace_back(block.index, block.rows);
  }
  return found;
}

// The same; opens no batch where all rows of the restriction are wanted.
Survivors survivors(const Relation& relation, const ExecutionContext& context) {
  if (relation.sliced() || relation.input.predicate || !relation.input.steps.empty())
    return scanned(relation, context);
  Survivors found;
  RowSelector selector(*relation.input.source, relation.input.restriction);
  SelectedRows selected;
  while (selector.next(selected))
    found.emplace_back(static_cast<std::uint32_t>(selector.segment_index()),
                       std::move(selected.rows));
  return found;
}

// Computes the fields of rows when they are read: a window a block.
class ScannedFields {
 public:
  ScannedFields(const Relation& relation, const ExecutionContext& context)
      : input_(relation.input),
        shape_(compiled(relation)),
        context_(context),
        blocks_(survivors(relation, context)) {
    std::uint64_t end = 0;
    for (const auto& block : blocks_) ends_.push_back(end += block.second.size());
  }

  const std::vector<std::uint64_t>& ends() const { return ends_; }

  batch::BatchReaderPtr window(std::uint64_t first) const {
    context_.check_interrupt();
    const auto at = std::upper_bound(ends_.begin(), ends_.end(), first) - ends_.begin();
    const auto& [segment, rows] = blocks_[static_cast<std::size_t>(at)];
    return std::make_shared<FieldsBatch>(
        fields_of(*shape_, reopen(input_, segment, context_), rows), rows.size());
  }

 private:
  ScanInput input_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  Survivors blocks_;
  std::vector<std::uint64_t> ends_;  // of the blocks' rows
};

TreeSourcePtr fields(const Relation& relation, const ExecutionContext& context) {
  const auto scanned = std::make_shared<const ScannedFields>(relation, context);
  return std::make_shared<WindowSource>(
      scanned->ends(),
      [scanned](std::uint64_t first, std::uint32_t) { return scanned->window(first); });
}

// Computes the fields of picked rows when they are read, for as many rows at once as the budget
// allows.
TreeSourcePtr picked_fields(const Relation& relation, const ExecutionContext& context) {
  const auto rows = std::make_shared<const std::vector<RowRef>>(*relation.picked);
  const auto at_once = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(context.budgets.max_buffer_trees, 1, UINT32_MAX));
  const auto make = [input = relation.input, rows, shape = compiled(relation), &context](
                        std::uint64_t first, std::uint32_t count) -> batch::BatchReaderPtr {
    context.check_interrupt();
    const auto begin = rows->begin() + static_cast<std::ptrdiff_t>(first);
    OrderedRun run(input, {begin, begin + count}, shape, context);
    return std::make_shared<FieldsBatch>(
        fields_of(*shape, [&](const RowExpr& value) { return run.evaluate(value); }), count);
  };
  return WindowSource::even(rows->size(), at_once, make);
}

TreeSourcePtr windows(const Relation& relation, const ExecutionContext& context) {
  const auto trees = std::make_shared<PickedTrees>(relation, context);
  return WindowSource::even(
      relation.picked->size(), kWindow,
      [trees](std::uint64_t first, std::uint32_t count) -> batch::BatchReaderPtr {
        return std::make_shared<TextBatch>(trees->texts(first, count));
      });
}

}  // namespace

bool Relation::is_positional() const {
  const plan::RowRestriction& rows = input.restriction;
  return !picked && !sliced() && !input.predicate && input.steps.empty() && !rows.rowids &&
         !rows.rowid_set && !rows.position_set;
}

Relation relation_of(TreeSourcePtr source, plan::RowRestriction rows) {
  Relation relation;
  relation.input.source = std::move(source);
  relation.input.restriction = std::move(rows);
  return relation;
}

RowStreamPtr stream(const Relation& relation, const ExecutionContext& context) {
  if (relation.picked)
    return std::make_unique<PickedStream>(relation.input, *relation.picked, compiled(relation),
                                          context);
  return std::make_unique<ScanStream>(relation.input, relation.slice, compiled(relation), context);
}

RowRef row_of(const Relation& relation, const RowRun& run, std::uint64_t at, std::uint32_t row) {
  if (relation.picked) return (*relation.picked)[at + row];
  const ScannedRows& block = static_cast<const DirectRun&>(run).block();
  return {block.index, block.rows[row]};
}

std::pair<std::uint64_t, std::uint64_t> positions_of(const Relation& relation) {
  const std::uint64_t trees = relation.input.source->trees();
  const auto& range = relation.input.restriction.positions;
  if (!range) return {0, trees};
  const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(range->first, 0));
  if (range->second < 0 || first >= trees) return {0, 0};
  const std::uint64_t end = std::min(trees, static_cast<std::uint64_t>(range->second) + 1);
  return {first, end > first ? end - first : 0};
}

namespace {

// Counts the rows of a scan without steps: by statistics where these tell, else without listing
// them.
std::uint64_t count_passing(const ScanInput& input, const ExecutionContext& context) {
  std::uint64_t count = 0;
  std::vector<std::uint32_t> unknown =
      unknown_segments(input, context, [&](batch::BatchReader&, std::uint32_t rows, std::uint32_t) {
        count += rows;
        return true;
      });
  if (unknown.empty()) return count;
  const RowExpr predicate(input.predicate);
  const RowExpr* const read[] = {&predicate};
  ScanInput all = input;
  all.predicate = nullptr;
  for (const std::uint32_t rows : compute_blocks<std::uint32_t>(
           all, read, context, [&](const ScannedRows& block) { return block.count(predicate); },
           std::move(unknown)))
    count += rows;
  return count;
}

}  // namespace

std::uint64_t count_rows(const Relation& relation, const ExecutionContext& context) {
  if (relation.picked) return relation.picked->size();
  if (relation.is_positional()) return positions_of(relation).second;
  std::uint64_t count = 0;
  if (!relation.sliced()) {
    if (relation.input.steps.empty()) return count_passing(relation.input, context);
    for (const std::uint32_t rows :
         compute_blocks<std::uint32_t>(relation.input, {}, context,
                                       [](const ScannedRows& block) { return block.rows.size(); }))
      count += rows;
    return count;
  }
  const RowStreamPtr rows = stream(relation, context);
  while (const RowRunPtr run = rows->next()) count += run->size();
  return count;
}

void pick(Relation& relation, const ExecutionContext& context) {
  if (relation.picked) return;
  std::vector<RowRef> rows;
  for (const auto& [segment, selection] : scanned(relation, context))
    add_rows(segment, selection, rows);
  relation.picked = std::move(rows);
  relation.slice = {};
}

void reshape(Relation& relation, const ExecutionContext& context) {
  if (relation.shape.is_whole() && relation.exploded == 0) return;
  if (relation.picked || relation.sliced()) {
    relation = relation_of(to_source(relation, context));
    return;
  }
  relation.input.steps.push_back(ReshapeStep{compiled(relation), false});
  relation.shape = {};
  relation.exploded = 0;
  relation.index_keys.clear();
}

TreeSourcePtr to_source(const Relation& relation, const ExecutionContext& context) {
  const bool as_they_are = relation.shape.is_whole() && relation.input.keeps_rows();
  if (as_they_are && relation.is_positional()) {
    const auto [first, count] = positions_of(relation);
    if (count == relation.input.source->trees()) return relation.input.source;
    return std::make_shared<SplicedSource>(cut(pieces_of(relation.input.source), first, count));
  }
  if (!relation.picked && relation.input.keeps_rows() && compiled(relation)->is_flat())
    return fields(relation, context);
  Relation listed = relation;
  pick(listed, context);
  if (as_they_are)
    return std::make_shared<SplicedSource>(pieces_of(relation.input.source, *listed.picked));
  return compiled(relation)->is_flat() ? picked_fields(listed, context) : windows(listed, context);
}

expr::ExprPtr resolve(Relation& relation, const expr::ExprPtr& expr,
                      const ExecutionContext& context) {
  if (expr::ExprPtr resolved = relation.shape.resolve(expr)) return resolved;
  reshape(relation, context);
  return expr;
}

}  // namespace arbors::exec
