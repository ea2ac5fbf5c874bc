// Rows of a result, in output order, as many as are handed out at once. A direct run is a selection
// of one block's rows; an ordered run gathers rows of many blocks. Columns are evaluated when they
// are first asked for, in pieces, so that a reader that stops early pays for little.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/path.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/row_expr.h"

namespace arbors::exec {

// Values of some rows of a run: row i of the run (first <= i < first + count) is row i - first of
// `vector`. SQL-ready: objects and arrays are Opaque JSON text.
struct ColumnBlock {
  batch::VectorPtr vector;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

class RowRun {
 public:
  virtual ~RowRun() = default;
  virtual std::uint32_t size() const = 0;
  // Of the source's tree that the row is or comes from.
  virtual std::int64_t rowid(std::uint32_t row) const = 0;
  virtual std::uint64_t position(std::uint32_t row) const = 0;
  // Evaluates a path of the result's trees over a block of rows that holds `row`.
  virtual ColumnBlock column(const Path& path, std::uint32_t row) = 0;
  // Evaluates an expression over the scan's rows (the shape's are resolved already), for all rows.
  virtual batch::VectorPtr evaluate(const RowExpr& expr) = 0;
  // Appends the whole tree of a row as JSON text.
  virtual void tree(std::uint32_t row, std::string& out) = 0;
  // The values of all rows, column by column, where every tree is known to be a list of the same
  // fields, in their order, and that costs no more than to write the trees; else nothing.
  virtual std::optional<std::vector<NamedColumn>> fields() { return std::nullopt; }
};
using RowRunPtr = std::unique_ptr<RowRun>;

// Gives a result run by run; null at the end.
class RowStream {
 public:
  virtual ~RowStream() = default;
  virtual RowRunPtr next() = 0;
};
using RowStreamPtr = std::unique_ptr<RowStream>;

}  // namespace arbors::exec
