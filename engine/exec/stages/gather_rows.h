// Rows put into groups, and sources of one tree a group that gathers the trees of its rows: what
// group_by without braces and nest are made of.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

// The keys of each group, its first row, and all its rows one after the other.
struct Gathered {
  std::vector<batch::VectorPtr> keys;
  std::vector<RowRef> firsts;
  std::vector<std::uint64_t> starts;  // group g has rows[starts[g]] .. rows[starts[g+1]-1]
  std::vector<RowRef> rows;
  bool varied = false;  // keys of a group look different (ValueNumbers)
  std::uint32_t groups() const { return static_cast<std::uint32_t>(starts.size()) - 1; }
};

// What groups are told apart by, of the rows of a run: one vector a key.
using RunKeys = std::function<std::vector<batch::VectorPtr>(RowRun&)>;

// Groups a picked relation's rows, groups in order of first appearance. With `as_json`, objects and
// arrays are equal where SQL takes all values in them for equal (json/comparable_text.h).
Gathered gather_rows(const Relation& relation, const RunKeys& keys,
                     const std::vector<Collation>& collations, bool as_json,
                     const ExecutionContext& context);

// How a stage's trees look that gather others.
struct GroupTrees {
  // Makes the trees of groups first .. first + count - 1 without what they gather.
  using Heads = std::function<batch::BatchReaderPtr(std::uint32_t first, std::uint32_t count)>;
  std::string stage;
  std::string field;  // of the gathered trees
  Heads heads;
};

// Makes a source of one tree a group, built in windows of some thousand gathered trees. These are
// of a shape over the input's rows.
TreeSourcePtr source_of_groups(const std::shared_ptr<const Gathered>& gathered,
                               const ScanInput& input, const TreeShapePtr& shape,
                               const GroupTrees& trees, const ExecutionContext& context);

}  // namespace arbors::exec
