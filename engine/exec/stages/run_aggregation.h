// Runs a grouping over a relation: on several threads where the answer does not depend on it.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/group/aggregation.h"
#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

struct GroupedRows {
  std::shared_ptr<ColumnBatch> groups;  // in no order where rows are left
  // The rows, in the relation's order, of groups beyond max_group_keys, all that these have.
  std::vector<RowRef> left;
};

GroupedRows run_aggregation(const AggregationPlan& plan, const Relation& relation,
                            const ExecutionContext& context);

}  // namespace arbors::exec
