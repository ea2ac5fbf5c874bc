// The trees of the rows of some groups, group after group, to be written as one JSON array a group.
// They wait in a heap of texts, in a temporary file where they are many, and never stand in memory
// beside the array that is made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

class GatheredTrees {
 public:
  // Group g has the rows starts[g] .. starts[g+1]-1 of the run. `context` outlives the trees.
  GatheredTrees(OrderedRun rows, std::vector<std::uint32_t> starts, const ExecutionContext& context)
      : rows_(std::move(rows)), starts_(std::move(starts)), context_(context) {}

  std::uint32_t groups() const { return static_cast<std::uint32_t>(starts_.size()) - 1; }

  // Writes all trees where that is not done yet: what the rest asks of storage.
  void prepare() { rows_.write_trees(); }

  // The bytes of a group's array. Throws Error{Limit} where they are more than one tree may have,
  // for it must be held as a whole.
  std::uint64_t array_bytes(std::uint32_t group);
  // Gives a group's array piece by piece.
  void write_array(std::uint32_t group, const std::function<void(std::string_view)>& write);

 private:
  OrderedRun rows_;
  std::vector<std::uint32_t> starts_;
  const ExecutionContext& context_;
};

}  // namespace arbors::exec
