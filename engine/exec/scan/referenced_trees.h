// Trees of another source, by number, that rows of a block refer to: the other side of a join. What
// is read of them is fetched for many blocks at once and kept.
#pragma once

#include <memory>

#include "engine/base/path.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::exec {

class ReferencedTrees {
 public:
  virtual ~ReferencedTrees() = default;

  // Reads the value of a path of some of the trees; kNoRow is none, and Missing. SQL-ready: objects
  // and arrays are Opaque JSON text. By the thread that owns the storage, or by any after
  // prepare().
  virtual batch::VectorPtr read(const Path& path, batch::RowSpan trees) const = 0;
  // Fetches all that reading a path takes. By the thread that owns the storage.
  virtual void prepare(const Path& path) const = 0;
};
using ReferencedTreesPtr = std::shared_ptr<const ReferencedTrees>;

}  // namespace arbors::exec
