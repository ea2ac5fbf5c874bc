// Stages that gather rows into groups.
#include <algorithm>
#include <functional>
#include <numeric>

#include "engine/base/error.h"
#include "engine/batch/value_writer.h"
#include "engine/batch/vector_ops.h"
#include "engine/exec/rows/window_source.h"
#include "engine/exec/run/run_aggregation.h"
#include "engine/exec/run/run_plan.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/sort/sort_ranks.h"
#include "engine/exec/sort/sorted_rows.h"
#include "engine/exec/source/memory_source.h"
#include "engine/expr/builder.h"
#include "engine/json/edit.h"
#include "engine/json/writer.h"
#include "engine/plan/rewrite.h"

namespace arbors::exec {
namespace {

constexpr std::uint64_t kWindowTrees = 4096;  // gathered trees built at once

// Resolves all expressions over the relation's rows, reshaping it once where one of them needs it.
void resolve_all(Relation& relation, const std::vector<expr::ExprPtr*>& exprs,
                 const ExecutionContext& context) {
  for (const expr::ExprPtr* expr : exprs)
    if (*expr && !relation.shape.resolve(*expr)) reshape(relation, context);
  for (expr::ExprPtr* expr : exprs)
    if (*expr) *expr = relation.shape.resolve(*expr);
}

Relation aggregate_rows(Relation& relation, AggregationPlan plan, const ExecutionContext& context) {
  std::vector<expr::ExprPtr*> exprs;
  for (plan::NamedExpr& key : plan.keys) exprs.push_back(&key.expr);
  for (plan::AggregateCall& call : plan.calls) {
    exprs.push_back(&call.argument);
    exprs.push_back(&call.filter);
  }
  resolve_all(relation, exprs, context);
  const auto batch = run_aggregation(plan, relation, context);
  return relation_of(std::make_shared<MemorySource>(std::vector<batch::BatchReaderPtr>{batch},
                                                    batch->shared_paths()));
}

// Rows put into groups: the keys of each, and its rows one after the other.
struct Gathered {
  std::vector<batch::VectorPtr> keys;
  std::vector<std::uint64_t> starts;  // group g has rows[starts[g]] .. rows[starts[g+1]-1]
  std::vector<RowRef> rows;
  std::uint32_t groups() const { return static_cast<std::uint32_t>(starts.size()) - 1; }
};

// Groups a relation's rows by keys, groups in order of first appearance, and gathers what stands in
// the rows' places in `picked`.
Gathered gather_rows(const Relation& relation, const std::vector<expr::ExprPtr>& keys,
                     const std::vector<RowRef>& picked, const ExecutionContext& context) {
  std::vector<Collation> collations;
  std::vector<RowExpr> exprs;
  for (const expr::ExprPtr& key : keys) {
    collations.push_back(expr::collation(*key, *key));
    exprs.emplace_back(key);
  }
  GroupKeys numbers(collations);
  std::vector<std::uint32_t> of_run, of_row;
  const RowStreamPtr rows = stream(relation, context);
  while (const RowRunPtr run = rows->next()) {
    std::vector<batch::VectorPtr> values;
    for (const RowExpr& expr : exprs) values.push_back(run->evaluate(expr));
    numbers.number(values, of_run);
    of_row.insert(of_row.end(), of_run.begin(), of_run.end());
    if (numbers.size() > context.budgets.max_group_keys)
      throw Error(ErrorCode::Limit, "the plan makes more than " +
                                        std::to_string(context.budgets.max_group_keys) +
                                        " groups (max_group_keys): filter first, or raise the "
                                        "limit with arbor_config('max_group_keys', n)");
  }
  Gathered gathered;
  gathered.keys = numbers.values();
  gathered.starts.assign(numbers.size() + std::size_t{1}, 0);
  for (const std::uint32_t group : of_row) ++gathered.starts[group + std::size_t{1}];
  std::partial_sum(gathered.starts.begin(), gathered.starts.end(), gathered.starts.begin());
  std::vector<std::uint64_t> next = gathered.starts;
  gathered.rows.resize(of_row.size());
  for (std::size_t row = 0; row < of_row.size(); ++row)
    gathered.rows[next[of_row[row]]++] = picked[row];
  return gathered;
}

// Puts the groups in another order.
Gathered reordered(const Gathered& from, const std::vector<std::uint32_t>& order) {
  Gathered to;
  for (const batch::VectorPtr& key : from.keys) to.keys.push_back(batch::gather(*key, order));
  to.starts.push_back(0);
  for (const std::uint32_t group : order) {
    to.rows.insert(to.rows.end(),
                   from.rows.begin() + static_cast<std::ptrdiff_t>(from.starts[group]),
                   from.rows.begin() + static_cast<std::ptrdiff_t>(from.starts[group + 1]));
    to.starts.push_back(to.rows.size());
  }
  return to;
}

Gathered in_key_order(const Gathered& gathered, const std::vector<expr::ExprPtr>& keys,
                      const ExecutionContext& context) {
  std::vector<std::vector<std::uint64_t>> ranks;
  for (std::size_t key = 0; key < keys.size(); ++key) {
    SortRanks column(false, false, expr::collation(*keys[key], *keys[key]));
    column.append(gathered.keys[key]);
    ranks.push_back(column.finish(context));
  }
  return reordered(gathered, sorted_rows(ranks));
}

std::vector<expr::ExprPtr> exprs_of(const std::vector<plan::NamedExpr>& fields) {
  std::vector<expr::ExprPtr> exprs;
  for (const plan::NamedExpr& field : fields) exprs.push_back(field.expr);
  return exprs;
}

// The texts of the trees of gathered rows, as an array. One tree comes of it, which must be held as
// a whole.
void append_array(OrderedRun& run, std::uint32_t first, std::uint32_t end,
                  const ExecutionContext& context, std::string& out) {
  const std::uint64_t most = context.budgets.max_tree_bytes;
  out += '[';
  for (std::uint32_t row = first; row < end; ++row) {
    if (row != first) out += ',';
    run.tree(row, out);
    if (out.size() <= most) continue;
    throw Error(ErrorCode::Limit, "one group gathers " + std::to_string(end - first) +
                                      " trees into a tree of more than " + std::to_string(most) +
                                      " bytes (max_tree_bytes), " + std::to_string(row - first) +
                                      " of them fit: select fewer fields first, aggregate in "
                                      "braces, or raise the limit with "
                                      "arbor_config('max_tree_bytes', n)");
  }
  out += ']';
}

// Writes the tree of a group; appends the array of the trees that it gathers where that stands.
using AppendTrees = std::function<void(std::string&)>;
using WriteGroup = std::function<std::string(std::size_t group, const AppendTrees& append_trees)>;

// Makes a source of one tree a group, built in windows of about kWindowTrees gathered trees.
TreeSourcePtr source_of_groups(const std::shared_ptr<const Gathered>& gathered,
                               const Relation& relation,
                               const std::shared_ptr<const TreeShape>& shape,
                               const ExecutionContext& context, const WriteGroup& write_group) {
  std::vector<std::uint64_t> ends;
  std::uint64_t first_row = 0;
  for (std::uint32_t group = 0; group < gathered->groups(); ++group) {
    const bool last = group + 1 == gathered->groups();
    if (!last && gathered->starts[group + std::size_t{2}] - first_row <= kWindowTrees) continue;
    ends.push_back(group + std::uint64_t{1});
    first_row = gathered->starts[group + std::size_t{1}];
  }
  const auto write = [=, input = relation.input, &context](std::uint64_t first,
                                                           std::uint32_t count) {
    const std::uint64_t begin = gathered->starts[first];
    const auto rows = gathered->rows.begin();
    OrderedRun run(input,
                   {rows + static_cast<std::ptrdiff_t>(begin),
                    rows + static_cast<std::ptrdiff_t>(gathered->starts[first + count])},
                   shape, context);
    std::vector<std::string> texts(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t group = first + i;
      texts[i] = write_group(group, [&](std::string& out) {
        append_array(run, static_cast<std::uint32_t>(gathered->starts[group] - begin),
                     static_cast<std::uint32_t>(gathered->starts[group + 1] - begin), context, out);
      });
    }
    return texts;
  };
  return std::make_shared<WindowSource>(std::move(ends), write);
}

// group_by without braces: {key…, "trees": […]}.
Relation groups_of_trees(Relation relation, const plan::GroupBy& group,
                         const ExecutionContext& context) {
  std::vector<plan::NamedExpr> keys = group.keys;
  std::vector<expr::ExprPtr*> exprs;
  for (plan::NamedExpr& key : keys) exprs.push_back(&key.expr);
  resolve_all(relation, exprs, context);
  pick(relation, context);
  const std::vector<expr::ExprPtr> resolved = exprs_of(keys);
  const auto gathered = std::make_shared<const Gathered>(
      in_key_order(gather_rows(relation, resolved, *relation.picked, context), resolved, context));
  const auto shape = std::make_shared<const TreeShape>(relation.shape);
  const auto write = [=](std::size_t group, const AppendTrees& append_trees) {
    std::string text = "{";
    for (std::size_t key = 0; key < keys.size(); ++key) {
      if (gathered->keys[key]->tag(group) == batch::Tag::Missing) continue;
      json::write_string(text, keys[key].name);
      text += ':';
      batch::write_value(*gathered->keys[key], group, text);
      text += ',';
    }
    text += "\"trees\":";
    append_trees(text);
    text += '}';
    return text;
  };
  return relation_of(source_of_groups(gathered, relation, shape, context, write));
}

}  // namespace

Relation grouped(Relation relation, const plan::GroupBy& group, const ExecutionContext& context) {
  if (group.gather_trees) return groups_of_trees(std::move(relation), group, context);
  return aggregate_rows(relation, {group.keys, group.aggregates, group.in_key_order}, context);
}

Relation aggregated(Relation relation, const plan::Aggregate& aggregate,
                    const ExecutionContext& context) {
  return aggregate_rows(relation, {{}, aggregate.aggregates, false}, context);
}

// The text of an object; empty for any other value.
std::string_view text_of_object(const batch::Vector& trees, std::size_t row) {
  const bool json = trees.tag(row) == batch::Tag::Opaque;
  return json && trees.text(row).starts_with('{') ? trees.text(row) : std::string_view();
}

// Groups by the text of what is left of each tree; the nested fields become an array of objects.
Relation nested(Relation relation, const plan::Nest& nest, const ExecutionContext& context) {
  std::vector<plan::NamedExpr> fields = nest.fields;
  std::vector<Path> dropped;
  for (const plan::NamedExpr& field : fields)
    if (const Path* path = plan::bare_path(*field.expr);
        path != nullptr && !path->steps.empty() && !path->through_array())
      dropped.push_back(*path);
  const auto inner = [&] { return relation.shape.select(fields); };
  if (!inner()) reshape(relation, context);
  const auto elements = std::make_shared<const TreeShape>(*inner());
  relation.shape = relation.shape.drop(dropped);
  Relation rest = relation;
  reshape(rest, context);
  pick(relation, context);
  pick(rest, context);
  // The rows of both stand in the same places: groups by the one, gathers those of the other.
  const auto gathered = std::make_shared<const Gathered>(
      gather_rows(rest, {expr::path(Path())}, *relation.picked, context));
  const Path as{{{PathStep::Kind::Key, nest.as, 0}}};
  const auto write = [=](std::size_t group, const AppendTrees& append_trees) {
    std::string array;
    append_trees(array);
    const std::string_view tree = text_of_object(*gathered->keys.front(), group);
    if (tree.empty()) throw_invalid("nest: cannot set " + nest.as + ": the tree is not an object");
    return json::with_value(tree, as.steps, array);
  };
  return relation_of(source_of_groups(gathered, relation, elements, context, write));
}

}  // namespace arbors::exec
