// Runs a grouping over a relation: on several threads where the answer does not depend on it.
#pragma once

#include "engine/exec/group/aggregation.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

// Gives null where there are more groups than max_group_keys.
std::shared_ptr<ColumnBatch> run_aggregation(const AggregationPlan& plan, const Relation& relation,
                                             const ExecutionContext& context);

}  // namespace arbors::exec
