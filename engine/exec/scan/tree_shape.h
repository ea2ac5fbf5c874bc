// Trees of a shape (see plan/row_shape.h) as text: whole, as the fields of a select, or edited.
// Compiled once a plan, opened for some rows of a block: the values are computed for those
// together.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch/trees/tree_writer.h"
#include "engine/exec/scan/fields_batch.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/row_shape.h"

namespace arbors::exec {

class TreeShape {
 public:
  explicit TreeShape(plan::RowShape shape);

  const plan::RowShape& shape() const { return shape_; }
  // The fields of a select, one value each, no edit inside another.
  bool is_flat() const { return flat_; }
  const std::string& name(std::size_t field) const;
  std::size_t size() const { return values_.size(); }
  const std::optional<RowExpr>& value(std::size_t edit) const { return values_[edit]; }

 private:
  plan::RowShape shape_;
  bool flat_ = false;
  std::vector<std::optional<RowExpr>> values_;  // one an edit; none drops
};
using TreeShapePtr = std::shared_ptr<const TreeShape>;

// Computes an expression over some rows of a scan.
using EvaluateRows = std::function<batch::VectorPtr(const RowExpr&)>;

// The values of a flat shape's fields. Those that are missing are Null where a null is shown, else
// Missing.
std::vector<NamedColumn> fields_of(const TreeShape& shape, const EvaluateRows& evaluate);
// The same for some rows of a block.
std::vector<NamedColumn> fields_of(const TreeShape& shape, const ScannedRows& block,
                                   const expr::Selection& rows);

class ShapedTrees {
 public:
  // `block` and `context` outlive the trees.
  ShapedTrees(TreeShapePtr shape, const ScannedRows& block, const expr::Selection& rows,
              const ExecutionContext& context);

  // Appends the tree of row rows[i].
  void write(std::uint32_t i, std::string& out);

 private:
  void write_base(std::uint32_t i, std::string& out);
  void open_writer();
  void set_field(std::string& tree, std::span<const PathStep> steps,
                 const std::optional<std::string>& value, std::uint32_t row) const;

  TreeShapePtr shape_;
  const ScannedRows& block_;
  expr::Selection rows_;
  const ExecutionContext& context_;
  std::optional<FieldsBatch> fields_;     // of a flat shape; of any other:
  std::vector<batch::VectorPtr> values_;  // one an edit; null drops
  std::optional<batch::TreeWriter> writer_;
};

}  // namespace arbors::exec
