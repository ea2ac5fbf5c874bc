// Which kept-up indexes conditions over a source can be looked up in, and under which keys.
#pragma once

#include <span>
#include <vector>

#include "engine/plan/cost_model.h"
#include "engine/plan/logical_plan.h"

namespace arbors::plan {

// Every key, and no NULL.
KeyRange every_key();

struct IndexCandidate {
  IndexSearch search;
  double selectivity = 1;
  bool bounded = false;  // one range, which a further bound on the path may narrow
};

// Of those of the conditions that an index of the source answers; bounds on one path are met in one
// range.
std::vector<IndexCandidate> index_candidates(const Source& source,
                                             std::span<const expr::ExprPtr> conditions,
                                             const SourceFacts& facts);

// Tells whether the source's trees are those that its indexes know.
bool may_use_index(const Source& source);

}  // namespace arbors::plan
