// Computes the statistics of a column while its values are at hand: one pass a stream, strings by
// their dictionary where there is one.
#pragma once

#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/statistics.h"

namespace arbors::batch {

// Longer texts are bounded by as many bytes of them, from above by these with the last one raised.
inline constexpr std::size_t kBoundBytes = 32;

Statistics compute_statistics(const ColumnBuffer& buffer);

}  // namespace arbors::batch
