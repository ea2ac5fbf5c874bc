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
// range. An index on elements (`tags[*]`) answers list_contains(tags, 'x'), list_any(tags, it =
// 'x') and what a SELECT makes of queries over json_each(tags).
std::vector<IndexCandidate> index_candidates(const Source& source,
                                             std::span<const expr::ExprPtr> conditions,
                                             const SourceFacts& facts);

// A condition without the errors by which a SELECT refuses elements that are texts, which `->>`
// would read as JSON: what an index is asked, which has their trees under no_array_key().
expr::ExprPtr without_text_checks(const expr::ExprPtr& condition, const Path& element);

// The candidate that finds the fewest trees, few enough to look them up, and fewer than what the
// source is asked for already; null: none is.
const IndexCandidate* best_of(const std::vector<IndexCandidate>& candidates, const Source& source);

IndexSearch search_of(IndexCandidate candidate);

// Tells whether the source's trees are those that its indexes know.
bool may_use_index(const Source& source);

}  // namespace arbors::plan
