// Trees that can be read once, in order, such as those of a file: some at a time, each time a
// source of its own, so that what was read needs no memory any more.
#pragma once

#include <memory>

#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

class TreeFeed {
 public:
  virtual ~TreeFeed() = default;

  // Gives the next trees, or null at the end. Throws as reading them does.
  virtual TreeSourcePtr next() = 0;
};

using TreeFeedPtr = std::shared_ptr<TreeFeed>;

}  // namespace arbors::exec
