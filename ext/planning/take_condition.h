// Takes the conditions of a query that a scan can go by, each as exactly as SQLite allows.
#pragma once

#include "ext/planning/scan_draft.h"

namespace arbors::ext {

// Takes a usable constraint; false where it is left to SQLite.
bool take_condition(ScanDraft& draft, int at);

}  // namespace arbors::ext
