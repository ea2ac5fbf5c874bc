// Takes ORDER BY, GROUP BY, DISTINCT and LIMIT of a query.
#pragma once

#include "ext/planning/scan_draft.h"

namespace arbors::ext {

void take_order(ScanDraft& draft);

// Takes LIMIT as a hint: SQLite stops at it anyway, and before 3.41 offers it even where a term
// that it does not show (a comparison of two columns of this table) still drops rows. For the same
// reason only newer versions leave OFFSET to the scan.
void take_limit(ScanDraft& draft);

}  // namespace arbors::ext
