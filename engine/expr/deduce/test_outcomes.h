// What a test may answer over a column of which only statistics are known.
#pragma once

#include <string>

#include "engine/batch/columns/statistics.h"
#include "engine/expr/evaluate/constant_test.h"
#include "engine/expr/evaluate/outcomes.h"
#include "engine/expr/evaluate/pattern_test.h"

namespace arbors::expr {

// `statistics` null: every row is missing.
Outcomes outcomes(const ConstantTest& test, const batch::Statistics* statistics);
Outcomes outcomes(const PatternTest& test, const batch::Statistics* statistics);
Outcomes null_outcomes(const batch::Statistics* statistics);  // of IS NULL

}  // namespace arbors::expr
