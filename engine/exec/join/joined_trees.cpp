#include "engine/exec/join/joined_trees.h"

#include <algorithm>
#include <cassert>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/json_values.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/compute_blocks.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

constexpr std::uint64_t kTreeBytes = 16U << 20;  // trees held in memory; more go to a file

// The rows that are asked for, each once, and where each stands among them.
struct Wanted {
  std::vector<std::uint32_t> trees;  // ascending
  std::vector<std::uint32_t> place;  // kNoRow for none
};

Wanted wanted_of(batch::RowSpan asked) {
  Wanted wanted{{asked.begin(), asked.end()}, {}};
  std::sort(wanted.trees.begin(), wanted.trees.end());
  wanted.trees.erase(std::unique(wanted.trees.begin(), wanted.trees.end()), wanted.trees.end());
  if (!wanted.trees.empty() && wanted.trees.back() == batch::kNoRow) wanted.trees.pop_back();
  for (const std::uint32_t tree : asked)
    wanted.place.push_back(tree == batch::kNoRow ? batch::kNoRow
                                                 : static_cast<std::uint32_t>(
                                                       std::lower_bound(wanted.trees.begin(),
                                                                        wanted.trees.end(), tree) -
                                                       wanted.trees.begin()));
  return wanted;
}

}  // namespace

JoinedTrees::JoinedTrees(TreesOf trees, const ExecutionContext& context)
    : trees_(std::move(trees)),
      shape_(std::make_shared<const TreeShape>(trees_.shape)),
      context_(context) {}

bool JoinedTrees::is_whole_tree(const Path& path) const { return path.steps.empty(); }

void JoinedTrees::prepare(const Path& path) const {
  const std::lock_guard lock(mutex_);
  if (is_whole_tree(path)) {
    if (!heap_) write_all();
  } else {
    column(path);
  }
}

batch::VectorPtr JoinedTrees::read(const Path& path, batch::RowSpan trees) const {
  const std::lock_guard lock(mutex_);
  if (is_whole_tree(path)) return texts(trees);
  return batch::gather(*column(path), trees);
}

batch::VectorPtr JoinedTrees::column(const Path& path) const {
  batch::VectorPtr& known = columns_[to_text(path)];
  // A worker would wait here for the thread that owns the storage, which waits for its workers.
  assert((known || !is_worker_thread()) && "a path of joined trees was not prepared");
  if (!known) known = computed(path);
  return known;
}

// Reads a path of all trees.
batch::VectorPtr JoinedTrees::computed(const Path& path) const {
  const expr::ExprPtr value = trees_.shape.resolve(expr::path(path));
  if (!value || !trees_.whole_scan) {
    OrderedRun run(trees_.input, trees_.rows, shape_, context_);
    return run.column(path, 0).vector;
  }
  const RowExpr read(value);
  const RowExpr* const expressions[] = {&read};
  const std::vector<batch::VectorPtr> parts = compute_blocks<batch::VectorPtr>(
      trees_.input, expressions, context_,
      [&](const ScannedRows& block) { return block.evaluate(read, block.rows); });
  return parts.empty() ? batch::uniform(batch::Tag::Missing, 0) : batch::concatenate(parts);
}

void JoinedTrees::write_all() const {
  TextHeap heap(kTreeBytes);
  places_.resize(trees_.rows.size());
  constexpr std::size_t kAtOnce = 65'536;
  std::string text;
  for (std::size_t first = 0; first < trees_.rows.size(); first += kAtOnce) {
    const auto begin = trees_.rows.begin() + static_cast<std::ptrdiff_t>(first);
    const std::size_t count = std::min(kAtOnce, trees_.rows.size() - first);
    OrderedRun run(trees_.input, {begin, begin + static_cast<std::ptrdiff_t>(count)}, shape_,
                   context_);
    for (std::uint32_t row = 0; row < count; ++row) {
      text.clear();
      run.tree(row, text);
      places_[first + row] = heap.add(text);
    }
  }
  heap_ = std::move(heap);
}

// Gives whole trees: the ones asked for, until most of them will have been.
batch::VectorPtr JoinedTrees::texts(batch::RowSpan trees) const {
  assert((heap_ || !is_worker_thread()) && "whole joined trees were not prepared");
  const Wanted wanted = wanted_of(trees);
  texts_asked_ += wanted.trees.size();
  if (!heap_ && texts_asked_ > trees_.rows.size() / 2 + 1024) write_all();
  std::vector<std::string> texts(wanted.trees.size());
  if (heap_) {
    for (std::size_t i = 0; i < texts.size(); ++i) heap_->read(places_[wanted.trees[i]], texts[i]);
  } else {
    std::vector<RowRef> rows;
    for (const std::uint32_t tree : wanted.trees) rows.push_back(trees_.rows[tree]);
    OrderedRun run(trees_.input, std::move(rows), shape_, context_);
    for (std::uint32_t i = 0; i < texts.size(); ++i) run.tree(i, texts[i]);
  }
  batch::VectorBuilder builder(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) batch::append_json_value(builder, text);
  return batch::gather(*builder.finish(), wanted.place);
}

}  // namespace arbors::exec
