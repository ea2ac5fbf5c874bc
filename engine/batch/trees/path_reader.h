// Reads query paths from the trees of a batch, and says what must be loaded for that. See scope.h
// for what a path means.
#pragma once

#include <optional>

#include "engine/batch/trees/scope.h"

namespace arbors::batch {

inline VectorPtr read_path(BatchReader& batch, const Path& path, Nested nested = Nested::Text) {
  return Scope(batch).read(path, nested);
}
inline VectorPtr read_path(BatchReader& batch, const Path& path, RowSpan rows,
                           Nested nested = Nested::Text) {
  return Scope(batch, rows).read(path, nested);
}

// Lists the paths whose columns may be read for `path` in any batch.
std::vector<PathId> paths_needed(const Path& path, const PathDictionary& paths,
                                 Nested nested = Nested::Text);
// The same for one batch, by its statistics: only what occurs, and of the ancestors only those with
// opaque rows and the arrays on the way.
std::vector<PathId> paths_needed(const Path& path, BatchReader& batch,
                                 Nested nested = Nested::Text);

// Gives the path whose column alone holds a query path's values, for all trees; nullopt where some
// of them are in lists, or may be in opaque text above.
std::optional<PathId> own_column(BatchReader& batch, const Path& path);

// Tells whether a tree has a value there that is no object or array and lies in a column of its
// own. Decodes that column only where statistics do not tell.
bool holds_scalar(BatchReader& batch, const Path& path, std::uint32_t row);

// Replaces Object and Array rows of a path's column by their JSON text. `vector` is the column of
// `path` (or column gathered by `rows`, which then name rows of the path's domain).
VectorPtr to_sql(VectorPtr vector, BatchReader& batch, PathId path);
VectorPtr to_sql(VectorPtr vector, BatchReader& batch, PathId path, RowSpan rows);

}  // namespace arbors::batch
