#include "engine/exec/relation.h"

#include <algorithm>

#include "engine/exec/direct_run.h"
#include "engine/exec/row_streams.h"
#include "engine/exec/spliced_source.h"
#include "engine/exec/tree_shape.h"
#include "engine/exec/window_source.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kWindow = 4096;  // trees built at once of a relation that has no columns

TreeShapePtr compiled(const Relation& relation) {
  return std::make_shared<const TreeShape>(relation.shape);
}

// Lists the rows of one run.
void add_rows(const DirectRun& run, std::vector<RowRef>& rows) {
  const ScannedRows& block = run.block();
  for (std::uint32_t i = 0; i < block.rows.size(); ++i)
    rows.push_back({block.index, block.rows[i]});
}

// Builds the trees of rows in windows, when they are read.
TreeSourcePtr windows(const Relation& relation, const ExecutionContext& context) {
  const auto rows = std::make_shared<const std::vector<RowRef>>(*relation.picked);
  const auto write = [rows, input = relation.input, shape = compiled(relation), &context](
                         std::uint64_t first, std::uint32_t count) {
    const auto begin = rows->begin() + static_cast<std::ptrdiff_t>(first);
    OrderedRun run(input, {begin, begin + count}, shape, context);
    std::vector<std::string> texts(count);
    for (std::uint32_t i = 0; i < count; ++i) run.tree(i, texts[i]);
    return texts;
  };
  return WindowSource::even(rows->size(), kWindow, write);
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

std::pair<std::uint64_t, std::uint64_t> positions_of(const Relation& relation) {
  const std::uint64_t trees = relation.input.source->trees();
  const auto& range = relation.input.restriction.positions;
  if (!range) return {0, trees};
  const auto first = static_cast<std::uint64_t>(std::max<std::int64_t>(range->first, 0));
  if (range->second < 0 || first >= trees) return {0, 0};
  const std::uint64_t end = std::min(trees, static_cast<std::uint64_t>(range->second) + 1);
  return {first, end > first ? end - first : 0};
}

std::uint64_t count_rows(const Relation& relation, const ExecutionContext& context) {
  if (relation.picked) return relation.picked->size();
  if (relation.is_positional()) return positions_of(relation).second;
  std::uint64_t count = 0;
  const RowStreamPtr rows = stream(relation, context);
  while (const RowRunPtr run = rows->next()) count += run->size();
  return count;
}

void pick(Relation& relation, const ExecutionContext& context) {
  if (relation.picked) return;
  std::vector<RowRef> rows;
  ScanStream scan(relation.input, relation.slice, compiled(relation), context);
  while (const RowRunPtr run = scan.next()) add_rows(static_cast<const DirectRun&>(*run), rows);
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
  relation.index_key = nullptr;
}

TreeSourcePtr to_source(const Relation& relation, const ExecutionContext& context) {
  const bool as_they_are = relation.shape.is_whole() && relation.input.keeps_rows();
  if (as_they_are && relation.is_positional()) {
    const auto [first, count] = positions_of(relation);
    if (count == relation.input.source->trees()) return relation.input.source;
    return std::make_shared<SplicedSource>(cut(pieces_of(relation.input.source), first, count));
  }
  Relation listed = relation;
  pick(listed, context);
  if (as_they_are)
    return std::make_shared<SplicedSource>(pieces_of(relation.input.source, *listed.picked));
  return windows(listed, context);
}

expr::ExprPtr resolve(Relation& relation, const expr::ExprPtr& expr,
                      const ExecutionContext& context) {
  if (expr::ExprPtr resolved = relation.shape.resolve(expr)) return resolved;
  reshape(relation, context);
  return expr;
}

}  // namespace arbors::exec
