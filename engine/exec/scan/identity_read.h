// Expressions that read what trees are in their source: their rowids, places, generations.
#pragma once

#include "engine/exec/scan/scan.h"

namespace arbors::exec {

// The call of a window whose value an expression over a scan's rows is; null: it is another value.
const plan::WindowCall* identity_read(const expr::ExprPtr& expr, const ScanInput& input);

}  // namespace arbors::exec
