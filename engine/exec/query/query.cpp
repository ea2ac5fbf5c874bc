#include "engine/exec/query/query.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/exec/query/source_statistics.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/parse_plan.h"

namespace arbors::exec {
namespace {

// The tree of a plan that is known to give at most one.
std::optional<std::string> only_tree(const Query& query, const plan::NodePtr& plan) {
  const RowStreamPtr rows = execute(optimized(plan, query.bind), query.bind, query.context);
  std::optional<std::string> tree;
  while (const RowRunPtr run = rows->next())
    if (!tree) run->tree(0, tree.emplace());
  return tree;
}

plan::NodePtr first_where(const plan::NodePtr& plan, const expr::ExprPtr& condition) {
  return plan::make(plan::Slice{0, 1}, {plan::make(plan::Filter{condition}, {plan})});
}

bool has_any(const Query& query, const expr::ExprPtr& condition) {
  const plan::NodePtr plan = optimized(first_where(query.plan, condition), query.bind);
  const RowStreamPtr rows = execute(plan, query.bind, query.context);
  bool found = false;
  while (rows->next()) found = true;
  return found;
}

expr::ExprPtr equal_keys(const std::vector<expr::ExprPtr>& by, std::span<const Value> keys) {
  if (by.empty()) throw_invalid("the plan has no keys: end it with `| index_by e`");
  if (keys.size() < by.size())
    throw_invalid("the plan has " + std::to_string(by.size()) + " keys, and " +
                  std::to_string(keys.size()) + (keys.size() == 1 ? " is given" : " are given"));
  std::vector<expr::ExprPtr> equal;
  for (std::size_t i = 0; i < by.size(); ++i)
    equal.push_back(expr::compare(expr::Comparison::Equal, by[i], expr::constant(keys[i])));
  return expr::and_all(std::move(equal));
}

// Leaves out the last stages that give as many trees as they get.
plan::NodePtr without_order(plan::NodePtr plan) {
  const auto one_for_one = [](const plan::Node& node) {
    const auto* sort = std::get_if<plan::Sort>(&node.op);
    return (sort != nullptr && !sort->limit && !sort->distinct) ||
           std::holds_alternative<plan::Project>(node.op) ||
           std::holds_alternative<plan::AddField>(node.op) ||
           std::holds_alternative<plan::Drop>(node.op) ||
           std::holds_alternative<plan::Reverse>(node.op) ||
           std::holds_alternative<plan::Shuffle>(node.op) ||
           std::holds_alternative<plan::IndexBy>(node.op);
  };
  while (one_for_one(*plan)) plan = plan->inputs.front();
  return plan;
}

bool same_moment(const std::optional<Value>& left, const std::optional<Value>& right) {
  if (!left || !right) return left.has_value() == right.has_value();
  return compare(*left, *right) == 0;
}

void add_sources(const plan::Node& plan, std::vector<plan::Source>& found) {
  for (const plan::NodePtr& input : plan.inputs) add_sources(*input, found);
  const auto* source = std::get_if<plan::Source>(&plan.op);
  if (source == nullptr || source->kind == plan::Source::Kind::Json) return;
  const bool known = std::any_of(found.begin(), found.end(), [&](const plan::Source& other) {
    return other.kind == source->kind && other.schema == source->schema &&
           other.name == source->name && same_moment(other.when, source->when);
  });
  if (!known) found.push_back(*source);
}

// The rows of a run for which a condition is true, of how many.
struct Matching {
  expr::Selection rows;
  std::uint64_t of = 0;
};

Matching matching(batch::VectorPtr truths, std::uint32_t rows) {
  ColumnBatch values({{"0", std::move(truths)}}, rows);
  const batch::Scope scope(values);
  Matching found{expr::Selection::all(rows), rows};
  expr::filter(*expr::path(parse_path("\"0\"")), {scope}, found.rows);
  return found;
}

}  // namespace

plan::NodePtr prepare(std::string_view text, std::span<const Value> parameters) {
  return plan::optimize(plan::parse_plan(text, parameters));
}

bool TreeStream::next(std::string& tree) {
  while (!run_ || at_ >= run_->size()) {
    run_ = rows_->next();
    at_ = 0;
    if (!run_) return false;
  }
  tree.clear();
  run_->tree(at_++, tree);
  return true;
}

std::uint64_t count(const Query& query) {
  const plan::NodePtr plan = without_order(query.plan);
  const auto* source = std::get_if<plan::Source>(&plan->op);
  if (source != nullptr && query.trees)
    if (const auto trees = query.trees(*source)) return *trees;
  return count_rows(run_plan(*plan, query.bind, query.context), query.context);
}

bool any(const Query& query, const expr::ExprPtr& condition) { return has_any(query, condition); }

bool all(const Query& query, const expr::ExprPtr& condition) {
  return !has_any(query, expr::is_truth(condition, true, true));
}

std::vector<std::uint64_t> matching_indices(const Query& query, const expr::ExprPtr& condition) {
  Relation relation = run_plan(*query.plan, query.bind, query.context);
  const RowExpr resolved(resolve(relation, condition, query.context));
  std::vector<Matching> runs;
  if (relation.picked || relation.sliced()) {
    const RowStreamPtr rows = stream(relation, query.context);
    while (const RowRunPtr run = rows->next())
      runs.push_back(matching(run->evaluate(resolved), run->size()));
  } else {
    const RowExpr* const read[] = {&resolved};
    runs = compute_blocks<Matching>(
        relation.input, read, query.context, [&](const ScannedRows& block) {
          return matching(block.evaluate(resolved, block.rows), block.rows.size());
        });
  }
  std::vector<std::uint64_t> found;
  std::uint64_t first = 0;
  for (const Matching& run : runs) {
    for (std::uint32_t i = 0; i < run.rows.size(); ++i) found.push_back(first + run.rows[i]);
    first += run.of;
  }
  return found;
}

std::optional<std::string> first_tree(Relation& relation, const ExecutionContext& context) {
  slice_rows(relation, {0, 1}, context);
  TreeStream trees(stream(relation, context));
  std::string tree;
  if (!trees.next(tree)) return std::nullopt;
  return tree;
}

std::optional<std::string> find_one(const Query& query, const expr::ExprPtr& condition) {
  return only_tree(query, first_where(query.plan, condition));
}

std::optional<std::string> get(const Query& query, std::int64_t index) {
  Relation relation = run_plan(*query.plan, query.bind, query.context);
  if (index < 0) {
    if (!relation.is_positional()) pick(relation, query.context);
    index += static_cast<std::int64_t>(count_rows(relation, query.context));
    if (index < 0) return std::nullopt;
  }
  slice_rows(relation, {static_cast<std::uint64_t>(index), 1}, query.context);
  return first_tree(relation, query.context);
}

std::optional<std::string> lookup(const Query& query, std::span<const Value> keys) {
  // As a filter, where the keys are those of the trees that come out: an index may answer.
  if (const std::vector<expr::ExprPtr> by = index_keys(*query.plan); !by.empty())
    return only_tree(query, first_where(query.plan, equal_keys(by, keys)));
  Relation relation = run_plan(*query.plan, query.bind, query.context);
  filter_scan_rows(relation, equal_keys(relation.index_keys, keys), query.context);
  return first_tree(relation, query.context);
}

std::string collect_tree(const Query& query) {
  TreeStream trees(execute(query.plan, query.bind, query.context));
  std::string tree, second;
  if (!trees.next(tree)) throw_invalid("the plan gives no tree, where exactly one is wanted");
  if (trees.next(second))
    throw_invalid("the plan gives more than one tree, where exactly one is wanted");
  return tree;
}

void write_array(const Query& query, std::string& out) {
  TreeStream trees(execute(query.plan, query.bind, query.context));
  std::string tree;
  out += '[';
  while (trees.next(tree)) {
    if (out.back() != '[') out += ',';
    out += tree;
  }
  out += ']';
}

TreeSourcePtr open(const Query& query) {
  return to_source(run_plan(*query.plan, query.bind, query.context), query.context);
}

std::vector<expr::ExprPtr> index_keys(
    const plan::Node& plan,
    const std::function<std::vector<expr::ExprPtr>(const plan::Source&)>& handle) {
  if (const auto* index = std::get_if<plan::IndexBy>(&plan.op)) return index->keys;
  if (const auto* source = std::get_if<plan::Source>(&plan.op)) {
    if (handle && source->kind == plan::Source::Kind::Handle) return handle(*source);
    return {};
  }
  if (!plan::keeps_trees(plan)) return {};
  return index_keys(*plan.inputs.front(), handle);
}

std::vector<plan::Source> sources(const plan::Node& plan) {
  std::vector<plan::Source> found;
  add_sources(plan, found);
  return found;
}

}  // namespace arbors::exec
