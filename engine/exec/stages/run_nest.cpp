// nest: gathers the trees that agree on all fields but some, whatever the order of their keys.
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/text_batch.h"
#include "engine/exec/stages/gather_rows.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

std::vector<Path> dropped_paths(const std::vector<plan::NamedExpr>& fields) {
  std::vector<Path> dropped;
  for (const plan::NamedExpr& field : fields)
    if (const Path* path = plan::bare_path(*field.expr);
        path != nullptr && !path->steps.empty() && !path->through_array())
      dropped.push_back(*path);
  return dropped;
}

batch::VectorPtr trees_of(RowRun& run) {
  batch::VectorBuilder trees(run.size());
  std::string text;
  for (std::uint32_t row = 0; row < run.size(); ++row) {
    text.clear();
    run.tree(row, text);
    trees.append_json(text);
  }
  return trees.finish();
}

// What tells the groups of a relation apart: each field where the trees are a list of fields, which
// are then read as columns; else the whole trees.
RunKeys keys_of(const TreeShape& rest) {
  if (!rest.is_flat()) return [](RowRun& run) { return std::vector{trees_of(run)}; };
  std::vector<RowExpr> fields;
  for (std::size_t i = 0; i < rest.size(); ++i) fields.push_back(*rest.value(i));
  if (fields.empty()) fields.emplace_back(expr::boolean(true));
  return [fields](RowRun& run) {
    std::vector<batch::VectorPtr> keys;
    for (const RowExpr& field : fields) keys.push_back(run.evaluate(field));
    return keys;
  };
}

// The trees without the nested fields, of given rows.
batch::BatchReaderPtr heads_of(const ScanInput& input, std::vector<RowRef> rows,
                               const TreeShapePtr& rest, const ExecutionContext& context) {
  OrderedRun run(input, std::move(rows), rest, context);
  if (!rest->is_flat()) {
    std::vector<std::string> texts(run.size());
    for (std::uint32_t row = 0; row < run.size(); ++row) run.tree(row, texts[row]);
    return std::make_shared<TextBatch>(std::move(texts));
  }
  std::vector<NamedColumn> columns;
  for (std::size_t i = 0; i < rest->size(); ++i)
    columns.push_back({rest->name(i), run.evaluate(*rest->value(i))});
  return std::make_shared<ColumnBatch>(std::move(columns), run.size());
}

}  // namespace

Relation nested(Relation relation, const plan::Nest& nest, const ExecutionContext& context) {
  if (!relation.shape.select(nest.fields)) reshape(relation, context);
  const auto elements = std::make_shared<const TreeShape>(*relation.shape.select(nest.fields));
  relation.shape = relation.shape.drop(dropped_paths(nest.fields));
  pick(relation, context);
  const auto rest = std::make_shared<const TreeShape>(relation.shape);
  const std::vector<Collation> collations(rest->is_flat() ? std::max<std::size_t>(rest->size(), 1)
                                                          : 1);
  const auto gathered = std::make_shared<const Gathered>(
      gather_rows(relation, keys_of(*rest), collations, true, context));
  const auto heads = [=, input = relation.input, &context](std::uint32_t first,
                                                           std::uint32_t count) {
    const auto from = gathered->firsts.begin() + first;
    return heads_of(input, {from, from + count}, rest, context);
  };
  return relation_of(
      source_of_groups(gathered, relation.input, elements, {"nest", nest.as, heads}, context));
}

}  // namespace arbors::exec
