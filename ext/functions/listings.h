// The listings: arbor_list, arbor_schema, arbor_history.
#pragma once

#include <span>

#include "ext/session/row_table.h"

namespace arbors::ext {

std::span<const RowTable> listings();

}  // namespace arbors::ext
