// Finds what statistics say of a path, and when they may be believed: an ancestor with opaque rows
// may hide values of the path.
#pragma once

#include "engine/base/path.h"
#include "engine/batch/columns/batch_reader.h"

namespace arbors::expr {

struct PathStatistics {
  bool known = false;                             // else nothing can be said
  const batch::Statistics* statistics = nullptr;  // null where the path is missing in every row
  PathId path = kNoPath;                          // whose statistics these are
};

// `path` leads from the root by keys, and by `[*]` where an element scope begins there.
PathStatistics path_statistics(batch::BatchReader& reader, const Path& path);

// Gives the path of what a list function sees as the elements of the list at `list`, from a scope
// whose root is at `root`: the elements of the array there; with `[*]` in `list`, what is found.
Path element_path(const Path& root, const Path& list);

}  // namespace arbors::expr
