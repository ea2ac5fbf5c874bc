// From a condition of a scan to the one that the engine evaluates.
#pragma once

#include "engine/expr/forms/expression.h"
#include "ext/scan/scan_request.h"

namespace arbors::ext {

// Of a condition on a data column, in whose path there may be what the facts say.
expr::ExprPtr term_condition(const Condition& condition, const PathFacts& facts);

}  // namespace arbors::ext
