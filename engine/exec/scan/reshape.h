// Builds the trees of a shape as a batch in memory.
#pragma once

#include <span>
#include <string>

#include "engine/exec/scan/scan.h"

namespace arbors::exec {

// Builds one tree of each row of the block.
batch::BatchReaderPtr reshape(const ReshapeStep& step, const ScannedRows& block,
                              const ExecutionContext& context);

// Reads a path of the shape's trees that no expression over the block gives.
batch::VectorPtr reshaped_path(const std::shared_ptr<const TreeShape>& shape,
                               const ScannedRows& block, const Path& path,
                               const ExecutionContext& context);

// Builds a batch of the trees whose texts are given.
batch::BatchReaderPtr batch_of_texts(std::span<const std::string> texts);

}  // namespace arbors::exec
