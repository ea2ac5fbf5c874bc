// Rebuilds the trees of a BuiltBatch as JSON text, naively, row by row from the front: what the
// builder's tests compare with.
#pragma once

#include <string>
#include <vector>

#include "engine/batch/columns/column_buffer.h"

namespace arbors::batch {

std::vector<std::string> rebuild_trees(const BuiltBatch& batch, const PathDictionary& paths);

// Fails the test where a column's streams and tags do not agree in size.
void check_sizes(const BuiltBatch& batch, const PathDictionary& paths);

}  // namespace arbors::batch
