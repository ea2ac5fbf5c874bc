// Runs a plan's stages one over the other, each giving a relation. Stages that only choose, order
// or reshape rows change the relation's indices and expressions; those that need every row
// (grouping, sorting, sampling …) read what they need at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/exec/source/tree_feed.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

// What a source stands for now: trees, and which of them an index search found, or in which order
// it gives them, where the source asks for one and it was worth making.
struct BoundSource {
  TreeSourcePtr trees;
  std::optional<std::vector<std::int64_t>> rowids;  // ascending; none: all trees
  KeyOrderPtr order = nullptr;
  TreeFeedPtr feed = nullptr;  // in the place of `trees`: they come once (execute alone takes it)

  template <typename Source>
  BoundSource(std::shared_ptr<Source> source) : trees(std::move(source)) {}
  BoundSource(TreeSourcePtr source, std::optional<std::vector<std::int64_t>> found)
      : trees(std::move(source)), rowids(std::move(found)) {}
  explicit BoundSource(TreeFeedPtr trees_that_come) : feed(std::move(trees_that_come)) {}
  BoundSource(TreeSourcePtr source, KeyOrderPtr by_key)
      : trees(std::move(source)), order(std::move(by_key)) {}
};

using SourceBinder = std::function<BoundSource(const plan::Source&)>;

// The scan of a source, before anything is done with its trees.
ScanInput scan_of(const plan::Source& source, const SourceBinder& bind);

// `context` outlives the relation and all that comes of it. Throws Error as evaluating does.
Relation run_plan(const plan::Node& plan, const SourceBinder& bind,
                  const ExecutionContext& context);

// The stages that choose and order rows by place alone; a position out of range is Error{Invalid}.
void slice_rows(Relation& relation, const plan::Slice& slice, const ExecutionContext& context);
void tail_rows(Relation& relation, std::uint64_t count, const ExecutionContext& context);
void take_rows(Relation& relation, const std::vector<std::int64_t>& positions,
               const ExecutionContext& context);
void sample_rows(Relation& relation, const plan::Sample& sample, const ExecutionContext& context);
void shuffle_rows(Relation& relation, std::uint64_t seed, const ExecutionContext& context);
void reverse_rows(Relation& relation, const ExecutionContext& context);

// Takes a step that makes several rows of each (explode, join): of the scan's where they are its
// own, else each picked row gives way to its elements or pairs, in their order.
void expand_rows(Relation& relation, const ScanStep& step, const ExecutionContext& context);

// Joins two relations: see plan::Join.
Relation joined(Relation left, Relation right, const plan::Join& join,
                const ExecutionContext& context);

// Adds the values of window functions to the trees.
Relation windowed(Relation relation, const plan::Window& window, const ExecutionContext& context);

// The sequence edits.
Relation concatenated(const Relation& first, const Relation& second,
                      const ExecutionContext& context);
Relation inserted(const Relation& into, std::int64_t position, const Relation& what,
                  const ExecutionContext& context);
Relation replaced(const Relation& into, std::int64_t position, const Relation& what,
                  const ExecutionContext& context);
Relation removed(const Relation& from, const std::vector<std::int64_t>& positions,
                 const ExecutionContext& context);

// The stages that compare keys.
void filter_rows(Relation& relation, const expr::ExprPtr& predicate,
                 const ExecutionContext& context);
// The same by a condition over the relation's rows, its trees' shape resolved already.
void filter_scan_rows(Relation& relation, const expr::ExprPtr& condition,
                      const ExecutionContext& context);
void sort_rows(Relation& relation, plan::Sort sort, const ExecutionContext& context);
void unique_rows(Relation& relation, const plan::UniqueBy& unique, const ExecutionContext& context);

// The stages that gather rows.
Relation grouped(Relation relation, const plan::GroupBy& group, const ExecutionContext& context);
Relation aggregated(Relation relation, const plan::Aggregate& aggregate,
                    const ExecutionContext& context);
Relation nested(Relation relation, const plan::Nest& nest, const ExecutionContext& context);

}  // namespace arbors::exec
