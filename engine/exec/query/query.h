// Plans as their callers use them: text in, trees out. What arbor_rows, arbor_view, handles and the
// scalar functions of plans are thin wrappers of.
//
//   const plan::NodePtr plan = prepare("players | filter HR > 40", parameters);
//   TreeStream trees(execute(plan, bind, context));
//   while (trees.next(text)) …
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/query/execute.h"
#include "engine/exec/stages/relation.h"
#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {

// Reads and optimizes a plan. Reads no data.
plan::NodePtr prepare(std::string_view text, std::span<const Value> parameters = {});

// A result's trees, one after the other.
class TreeStream {
 public:
  explicit TreeStream(RowStreamPtr rows) : rows_(std::move(rows)) {}
  // Replaces `tree` by the next tree's JSON text; false at the end.
  bool next(std::string& tree);

 private:
  RowStreamPtr rows_;
  RowRunPtr run_;
  std::uint32_t at_ = 0;
};

// A plan with what it is run against.
struct Query {
  plan::NodePtr plan;
  const SourceBinder& bind;
  const ExecutionContext& context;
  // How many trees a source has, told without binding it, where that is known; may be null.
  std::function<std::optional<std::uint64_t>(const plan::Source&)> trees = nullptr;
};

std::uint64_t count(const Query& query);
// Tells whether `condition` is true for some tree, or for every one. Stop at the first that
// settles.
bool any(const Query& query, const expr::ExprPtr& condition);
bool all(const Query& query, const expr::ExprPtr& condition);
// The places, from 0, of the result's trees for which `condition` is true.
std::vector<std::uint64_t> matching_indices(const Query& query, const expr::ExprPtr& condition);

// The first tree of a relation as JSON text; none where there is none. Reads no further.
std::optional<std::string> first_tree(Relation& relation, const ExecutionContext& context);

// A tree's JSON text; none where there is no such tree.
std::optional<std::string> find_one(const Query& query, const expr::ExprPtr& condition);
std::optional<std::string> get(const Query& query, std::int64_t index);  // negatives from the end
// The first tree whose index_by keys equal the first of `keys`; none where one is NULL. Throws
// Error{Invalid} for a plan without index_by, or with more keys than are given.
std::optional<std::string> lookup(const Query& query, std::span<const Value> keys);
// The only tree. Throws Error{Invalid} where there is none, or more than one.
std::string collect_tree(const Query& query);
// Appends all trees as one JSON array.
void write_array(const Query& query, std::string& out);

// Freezes a result as a source: its selection is computed now, its trees stay where they are. What
// handles hold. `query.context` outlives the source.
TreeSourcePtr open(const Query& query);

// The keys by which a result's trees are looked up, over the trees as they come out: those of the
// last index_by, under stages that keep the trees as they are. None where there is none; `handle`,
// where given, says the keys of a handle.
std::vector<expr::ExprPtr> index_keys(
    const plan::Node& plan,
    const std::function<std::vector<expr::ExprPtr>(const plan::Source&)>& handle = {});

// The Arbors and handles that a plan reads, each once.
std::vector<plan::Source> sources(const plan::Node& plan);

}  // namespace arbors::exec
