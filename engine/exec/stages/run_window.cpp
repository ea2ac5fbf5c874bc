// Windows: reads the keys and arguments of all rows, orders them, and attaches what the functions
// give to the rows as columns.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/group/group_keys.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/exec/window/attached_columns.h"
#include "engine/exec/window/identity_columns.h"
#include "engine/exec/window/window_values.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/window.h"

namespace arbors::exec {
namespace {

// Every expression of the stage, in the order in which they are read.
std::vector<expr::ExprPtr> expressions_of(const plan::Window& window) {
  std::vector<expr::ExprPtr> all = window.by;
  for (const plan::SortKey& key : window.order) all.push_back(key.expr);
  for (const plan::WindowCall& call : window.calls) {
    all.insert(all.end(), call.arguments.begin(), call.arguments.end());
    if (call.aggregate.argument) all.push_back(call.aggregate.argument);
    if (call.aggregate.filter) all.push_back(call.aggregate.filter);
  }
  return all;
}

// The rows, and the values of every expression in pieces.
struct WindowRows {
  std::vector<RowRef> rows;
  std::vector<std::vector<batch::VectorPtr>> pieces;  // of each piece one vector an expression

  std::vector<batch::VectorPtr> of(std::size_t expression) const {
    std::vector<batch::VectorPtr> values;
    for (const auto& piece : pieces) values.push_back(piece[expression]);
    return values;
  }
  batch::VectorPtr all_of(std::size_t expression) const {
    return pieces.empty() ? batch::uniform(batch::Tag::Missing, 0)
                          : batch::concatenate(of(expression));
  }
};

WindowRows read_rows(const Relation& relation, const std::vector<RowExpr>& exprs,
                     const ExecutionContext& context) {
  WindowRows read;
  const auto values = [&](const auto& of) {
    std::vector<batch::VectorPtr> all;
    for (const RowExpr& expr : exprs) all.push_back(of(expr));
    return all;
  };
  if (relation.picked) {
    read.rows = *relation.picked;
    const RowStreamPtr rows = stream(relation, context);
    while (const RowRunPtr run = rows->next())
      read.pieces.push_back(values([&](const RowExpr& expr) { return run->evaluate(expr); }));
    return read;
  }
  struct Block {
    std::uint32_t segment;
    expr::Selection rows;
    std::vector<batch::VectorPtr> values;
  };
  std::vector<const RowExpr*> pointers;
  for (const RowExpr& expr : exprs) pointers.push_back(&expr);
  auto blocks =
      compute_blocks<Block>(relation.input, pointers, context, [&](const ScannedRows& block) {
        return Block{block.index, block.rows,
                     values([&](const RowExpr& expr) { return block.evaluate(expr, block.rows); })};
      });
  for (Block& block : blocks) {
    for (std::uint32_t i = 0; i < block.rows.size(); ++i)
      read.rows.push_back({block.segment, block.rows[i]});
    read.pieces.push_back(std::move(block.values));
  }
  return read;
}

std::vector<std::uint32_t> partition_numbers(const plan::Window& window, const WindowRows& read) {
  std::vector<std::uint32_t> numbers;
  if (window.by.empty()) return numbers;
  std::vector<Collation> collations;
  for (const expr::ExprPtr& by : window.by) collations.push_back(expr::collation(*by, *by));
  GroupKeys keys(collations);
  std::vector<std::uint32_t> of_piece;
  for (const auto& piece : read.pieces) {
    keys.number(std::span(piece).first(window.by.size()), of_piece);
    if (keys.varied() && !window.doubt.empty()) throw_invalid(window.doubt);
    numbers.insert(numbers.end(), of_piece.begin(), of_piece.end());
  }
  return numbers;
}

std::vector<Ranks> order_ranks(const plan::Window& window, const WindowRows& read,
                               const ExecutionContext& context) {
  std::vector<Ranks> ranks;
  for (std::size_t i = 0; i < window.order.size(); ++i) {
    const plan::SortKey& key = window.order[i];
    SortRanks column(key.descending, key.nulls_last, key.collation);
    for (const batch::VectorPtr& values : read.of(window.by.size() + i)) column.append(values);
    ranks.push_back(column.finish(context));
  }
  return ranks;
}

std::vector<std::uint8_t> passing_rows(const batch::VectorPtr& condition) {
  ColumnBatch batch({{"0", condition}}, condition->rows);
  const batch::Scope scope(batch);
  expr::Selection kept = expr::Selection::all(condition->rows);
  expr::filter(*expr::path(parse_path("\"0\"")), {scope}, kept);
  std::vector<std::uint8_t> passes(condition->rows, 0);
  for (std::uint32_t i = 0; i < kept.size(); ++i) passes[kept[i]] = 1;
  return passes;
}

std::shared_ptr<ColumnBatch> computed(const plan::Window& window, const WindowRows& read,
                                      const Partitions& partitions) {
  std::size_t at = window.by.size() + window.order.size();
  std::vector<NamedColumn> columns;
  for (const plan::WindowCall& call : window.calls) {
    WindowArguments arguments;
    for (std::size_t i = 0; i < call.arguments.size(); ++i)
      arguments.arguments.push_back(read.all_of(at++));
    if (call.aggregate.argument) arguments.value = read.all_of(at++);
    if (call.aggregate.filter) arguments.passes = passing_rows(read.all_of(at++));
    columns.push_back({call.name, call.function != nullptr
                                      ? function_values(call, arguments, partitions)
                                      : aggregate_values(call, arguments, partitions)});
  }
  return std::make_shared<ColumnBatch>(std::move(columns),
                                       static_cast<std::uint32_t>(read.rows.size()));
}

bool holds_twice(std::vector<RowRef> rows) {
  std::sort(rows.begin(), rows.end());
  return std::adjacent_find(rows.begin(), rows.end()) != rows.end();
}

// Leaves of each partition the first rows alone.
void keep_first(const plan::Window& window, Relation& relation, const ExecutionContext& context) {
  std::vector<RowExpr> exprs;
  for (const expr::ExprPtr& by : window.by) exprs.emplace_back(relation.shape.resolve(by));
  for (const plan::SortKey& key : window.order)
    exprs.emplace_back(relation.shape.resolve(key.expr));
  const WindowRows read = read_rows(relation, exprs, context);
  std::vector<RowRef> kept;
  for (const std::uint32_t row :
       first_of_each(static_cast<std::uint32_t>(read.rows.size()), partition_numbers(window, read),
                     order_ranks(window, read, context), *window.first_rows))
    kept.push_back(read.rows[row]);
  relation.picked = std::move(kept);
}

// Adds the fields that the last step has attached.
void add_fields(Relation& relation, const plan::Window& window) {
  ++relation.exploded;
  for (const plan::WindowCall& call : window.calls) {
    const Path name{{{PathStep::Kind::Key, call.name, 0}}};
    Path value = mounted_path(relation.exploded);
    value.steps.push_back(name.steps.front());
    relation.shape = relation.shape.set(name, expr::path(std::move(value)));
  }
}

}  // namespace

Relation windowed(Relation relation, const plan::Window& window, const ExecutionContext& context) {
  if (plan::is_identity(window)) {
    const std::int64_t generation = relation.input.source->generation();
    relation.input.steps.push_back(
        ChangeStep{std::make_shared<const IdentityColumns>(window.calls, generation)});
    add_fields(relation, window);
    return relation;
  }
  const std::vector<expr::ExprPtr> exprs = expressions_of(window);
  const bool all_resolve = std::all_of(exprs.begin(), exprs.end(), [&](const expr::ExprPtr& expr) {
    return relation.shape.resolve(expr) != nullptr;
  });
  if (!all_resolve) reshape(relation, context);
  if (relation.sliced()) pick(relation, context);
  if (relation.picked && holds_twice(*relation.picked))
    relation = relation_of(to_source(relation, context));
  if (window.first_rows) keep_first(window, relation, context);
  std::vector<RowExpr> resolved;
  for (const expr::ExprPtr& expr : exprs) resolved.emplace_back(relation.shape.resolve(expr));
  WindowRows read = read_rows(relation, resolved, context);
  if (read.rows.size() >= batch::kNoRow)
    throw Error(ErrorCode::Limit, "a window over more than 4,294,967,294 trees");
  const Partitions partitions =
      partitioned(static_cast<std::uint32_t>(read.rows.size()), partition_numbers(window, read),
                  order_ranks(window, read, context));
  auto values = computed(window, read, partitions);
  relation.input.steps.push_back(
      ChangeStep{std::make_shared<const AttachedColumns>(std::move(read.rows), std::move(values))});
  add_fields(relation, window);
  return relation;
}

}  // namespace arbors::exec
