// What a stage of a plan gives, before anything of it is built: a scan, which of its rows in which
// order, and how the trees look in terms of those rows. Index sets and expressions only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/rows/row_run.h"
#include "engine/exec/scan/scan.h"
#include "engine/exec/source/execution_context.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/row_shape.h"

namespace arbors::exec {

struct Relation {
  ScanInput input;
  plan::Slice slice;                          // of the scan's rows; trivial where rows are picked
  std::optional<std::vector<RowRef>> picked;  // these rows in this order; none: the scan's own
  plan::RowShape shape;                       // over the scan's rows
  std::uint32_t exploded = 0;                 // arrays exploded since the trees were last built
  std::vector<expr::ExprPtr> index_keys;      // of index_by, over the scan's rows; or none

  // All rows of the source in its order, but for a range of positions: counted without reading.
  bool is_positional() const;
  bool sliced() const { return slice.offset != 0 || slice.limit.has_value(); }
};

Relation relation_of(TreeSourcePtr source, plan::RowRestriction rows = {});

// Gives the rows, run by run.
RowStreamPtr stream(const Relation& relation, const ExecutionContext& context);
// Names a row of one of these runs, whose first row has the place `at` among all of the relation.
RowRef row_of(const Relation& relation, const RowRun& run, std::uint64_t at, std::uint32_t row);
// Counts the rows; a positional relation's without reading.
std::uint64_t count_rows(const Relation& relation, const ExecutionContext& context);
// The positions of a positional relation: first and count.
std::pair<std::uint64_t, std::uint64_t> positions_of(const Relation& relation);

// Lists the rows, so that they can be put in another order.
void pick(Relation& relation, const ExecutionContext& context);
// Builds the trees where expressions over the rows no longer do: block by block while the rows are
// the scan's own, else window by window.
void reshape(Relation& relation, const ExecutionContext& context);
// Makes the relation a source: spliced where its trees lie in the scan's source as they are.
TreeSourcePtr to_source(const Relation& relation, const ExecutionContext& context);

// Resolves an expression over the relation's trees into one over its rows, reshaping it where that
// is the only way.
expr::ExprPtr resolve(Relation& relation, const expr::ExprPtr& expr,
                      const ExecutionContext& context);

}  // namespace arbors::exec
