// Reads a source in order, batch by batch: skips what a restriction or the statistics rule out,
// filters what is left, and takes it through the scan's steps. The bottom of every execution.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/scan/mounts.h"
#include "engine/exec/scan/row_selector.h"
#include "engine/exec/scan/scan_steps.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/key_order.h"
#include "engine/exec/source/tree_source.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

// What is scanned: kept to begin the scan anew.
struct ScanInput {
  TreeSourcePtr source;
  plan::RowRestriction restriction;
  expr::ExprPtr predicate;  // over the source's trees, or null
  ScanSteps steps;
  KeyOrderPtr order = nullptr;  // offered to the sort above, which may take no heed of it

  // Rows keep the numbers they have in their batch.
  bool keeps_rows() const;
};

// The call of a window whose value, what a tree is in its source (its rowid, place, generation), an
// expression over a scan's rows reads; null: it is another value.
const plan::WindowCall* identity_read(const expr::ExprPtr& expr, const ScanInput& input);

// What survived of one segment. `index` is the segment's place in the source.
struct ScannedRows {
  const Segment* segment = nullptr;
  std::uint32_t index = 0;
  batch::BatchReaderPtr batch;
  expr::Selection rows;                  // ascending rows of the block, never empty
  bool all_pass = false;                 // the scan's predicate, as statistics tell
  std::shared_ptr<const Mounts> mounts;  // null: the block's rows are the batch's

  // Computes an expression over some of the block's rows.
  batch::VectorPtr evaluate(const RowExpr& expr, const expr::Selection& selection) const;
  void filter(const RowExpr& expr);  // narrows `rows`
  // How many of `rows` filter() would leave; of blocks without mounts.
  std::uint32_t count(const RowExpr& expr) const;
  Mounts mounted() const;  // the mounts, or the batch's trees as the only one
  // Tells the row of the batch that a row of the block comes from.
  std::uint32_t tree_of(std::uint32_t row) const { return mounts ? mounts->tree_of(row) : row; }
};

class Scan {
 public:
  // `context` outlives the scan.
  Scan(ScanInput input, const ExecutionContext& context);

  // Visits these segments, by index, in this order instead. Must come before next().
  void visit(std::vector<std::uint32_t> segments) { selector_.visit(std::move(segments)); }

  // Gives the next segment with survivors; false at the end. A `bound`, where given, is a further
  // predicate for this step (top-k's threshold, which tightens as it goes).
  bool next(ScannedRows& out, const expr::ExprPtr& bound = nullptr);

  // The two halves of next(), so that another thread can do the second. fetch() opens the next
  // segment that statistics do not rule out; narrow() filters it and takes it through the steps.
  bool fetch(ScannedRows& out, const expr::ExprPtr& bound = nullptr);
  bool narrow(ScannedRows& rows, const expr::ExprPtr& bound = nullptr) const;

  // Says that no more rows are wanted: counts the batches never visited.
  void settle();

  const TreeSourcePtr& source() const { return input_.source; }
  const ScanInput& input() const { return input_; }

 private:
  bool ruled_out(ScannedRows& rows, const expr::ExprPtr& bound) const;

  ScanInput input_;
  RowSelector selector_;
  std::optional<RowExpr> predicate_;
  const ExecutionContext& context_;
  bool flattens_ = false;  // the batches' own trees, which may have to be written for it
  bool settled_ = false;
};

// Makes the block of one segment again, its rows numbered as next() gave them; `rows` of the result
// are all of them or some.
ScannedRows reopen(const ScanInput& input, std::uint32_t segment, const ExecutionContext& context);

}  // namespace arbors::exec
