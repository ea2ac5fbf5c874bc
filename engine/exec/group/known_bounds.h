// The least or greatest value of a column, from its statistics: where these tell it exactly.
#pragma once

#include "engine/base/value.h"
#include "engine/batch/columns/statistics.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::exec {

// Bounds of strings are cut where they are long, and are those under BINARY; among reals 0.0 may
// stand for -0.0; numbers with more digits than a double's are known as doubles only.
bool bound_is_known(const batch::Statistics& values, bool greatest, Collation collation);

// The bounds of each kind that occurs, the known one among them.
batch::VectorPtr known_bounds(const batch::Statistics& values, bool greatest);

}  // namespace arbors::exec
