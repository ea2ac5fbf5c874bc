// The right trees of a join, by number: their columns are read when an expression asks for one,
// once for all of them; whole trees for the rows that want them, or, where most are wanted, once
// into a heap of texts.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/scan/referenced_trees.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/row_shape.h"

namespace arbors::exec {

// Which trees: rows of a scan, as trees of a shape.
struct TreesOf {
  ScanInput input;
  std::vector<RowRef> rows;
  bool whole_scan = false;  // the rows are the scan's own in its order
  plan::RowShape shape;
};

class JoinedTrees : public ReferencedTrees {
 public:
  // `context` outlives the trees.
  JoinedTrees(TreesOf trees, const ExecutionContext& context);

  batch::VectorPtr read(const Path& path, batch::RowSpan trees) const override;
  void prepare(const Path& path) const override;

 private:
  using Rows = std::vector<std::uint32_t>;
  bool is_whole_tree(const Path& path) const;
  batch::VectorPtr column(const Path& path) const;
  batch::VectorPtr computed(const Path& path) const;
  batch::VectorPtr texts(batch::RowSpan trees) const;
  void write_all() const;

  TreesOf trees_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, batch::VectorPtr> columns_;
  mutable std::uint64_t texts_asked_ = 0;
  mutable std::optional<TextHeap> heap_;
  mutable std::vector<TextHeap::Place> places_;
};

}  // namespace arbors::exec
