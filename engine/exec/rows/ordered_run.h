// A run of rows from anywhere in a scan, in an order of their own: one window of a sorted result.
// Values are gathered block by block, so that each batch is decoded once a window and column, and
// once for all its trees, whose texts wait for their turn in memory or on disk.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec/rows/row_run.h"
#include "engine/exec/rows/text_heap.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

// A row of a scan: the segment's index, and the row of its block.
struct RowRef {
  std::uint32_t segment = 0;
  std::uint32_t row = 0;
  auto operator<=>(const RowRef&) const = default;
};

class OrderedRun : public RowRun {
 public:
  OrderedRun(const ScanInput& input, std::vector<RowRef> rows, TreeShapePtr shape,
             const ExecutionContext& context);

  // Gives the values of a path for all rows, where the caller has them already.
  void set_column(Path path, batch::VectorPtr values) {
    known_.emplace_back(std::move(path), std::move(values));
  }

  std::uint32_t size() const override { return static_cast<std::uint32_t>(rows_.size()); }
  std::int64_t rowid(std::uint32_t row) const override;
  std::uint64_t position(std::uint32_t row) const override;
  ColumnBlock column(const Path& path, std::uint32_t row) override;
  batch::VectorPtr evaluate(const RowExpr& expr) override;
  void tree(std::uint32_t row, std::string& out) override;

  // Writes the trees of all rows where that is not done yet: what tree() asks of storage.
  void write_trees();
  // The bytes of a row's tree, once the trees are written.
  std::uint64_t tree_bytes(std::uint32_t row) const { return trees_[row].size; }

 private:
  using Places = std::vector<std::uint32_t>;
  // Calls visit(block, its rows (ascending, each once), where each row of the run that the block
  // holds finds its own among them, where those stand in the run), once a segment.
  using Visit = std::function<void(ScannedRows& block, const expr::Selection& rows,
                                   const Places& among, const Places& places)>;
  void for_each_block(const Visit& visit);
  std::uint32_t tree_row(std::uint32_t row) const;

  ScanInput input_;
  std::vector<RowRef> rows_;
  Places by_place_;  // rows_ by segment and row; made when first needed
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  std::vector<std::pair<Path, batch::VectorPtr>> known_;  // see set_column
  std::optional<TextHeap> texts_;  // of all rows' trees, made when the first is asked for
  std::vector<TextHeap::Place> trees_;
};

}  // namespace arbors::exec
