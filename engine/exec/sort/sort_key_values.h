// Evaluates the keys of a sort over rows of a scanned segment: an expression's values, or the rows'
// own rowids or positions.
#pragma once

#include <optional>
#include <vector>

#include "engine/batch/vectors/vector.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/exec/scan/scan.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class SortKeyValues {
 public:
  // `sort` outlives the object.
  explicit SortKeyValues(const plan::Sort& sort);

  // Gives the values of one key: value i is that of row rows[i].
  batch::VectorPtr values(std::size_t key, const ScannedRows& scanned,
                          const expr::Selection& rows) const;
  // The expressions that values() evaluates.
  std::vector<const RowExpr*> expressions() const;

 private:
  const plan::Sort& sort_;
  std::vector<std::optional<RowExpr>> exprs_;
};

}  // namespace arbors::exec
