// xBestIndex of an arbor_view: which conditions, orders and limits go into its plan.
#pragma once

#include "ext/plans/view_table.h"

namespace arbors::ext {

int plan_view_scan(View& view, sqlite3_index_info& info);

}  // namespace arbors::ext
