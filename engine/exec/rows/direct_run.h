// A run that is a selection of one block's rows, in their order: what scans hand out.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/exec/rows/row_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

class DirectRun : public RowRun {
 public:
  // The block's rows, which belong to `source`, as trees of a shape.
  DirectRun(TreeSourcePtr source, ScannedRows block, TreeShapePtr shape,
            const ExecutionContext& context);

  std::uint32_t size() const override { return block_.rows.size(); }
  std::int64_t rowid(std::uint32_t row) const override;
  std::uint64_t position(std::uint32_t row) const override;
  ColumnBlock column(const Path& path, std::uint32_t row) override;
  batch::VectorPtr evaluate(const RowExpr& expr) override;
  void tree(std::uint32_t row, std::string& out) override;
  std::optional<std::vector<NamedColumn>> fields() override;

  const ScannedRows& block() const { return block_; }

 private:
  expr::Selection part(std::uint32_t first, std::uint32_t count) const;

  TreeSourcePtr source_;
  ScannedRows block_;
  TreeShapePtr shape_;
  const ExecutionContext& context_;
  std::optional<ShapedTrees> trees_;
  std::uint32_t trees_first_ = 0, trees_count_ = 0;  // the rows that trees_ was opened for
};

// Tells whether reading a path in this batch means more than handing out a column: rebuilding or
// parsing JSON. Such columns are read in small blocks.
bool needs_text_work(batch::BatchReader& batch, const Path& path);

}  // namespace arbors::exec
