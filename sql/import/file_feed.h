// The trees of files as a plan reads them: parsed a few at a time as they are asked for, kept
// nowhere.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/source/tree_feed.h"
#include "sql/import/import.h"

namespace arbors::store {

// Opens what find_files() gave. Of the options those count that say how files are read; throws
// Error{Invalid} for one that says where trees go. `threads` may read several files ahead.
exec::TreeFeedPtr feed_files(std::vector<std::string> files, const ImportOptions& options,
                             unsigned threads);

}  // namespace arbors::store
