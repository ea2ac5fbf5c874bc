// A path that a scan reads, and how much of what is there: where a condition only asks whether it
// is NULL, the columns below objects and arrays are not loaded.
#pragma once

#include <span>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/trees/scope.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

struct ReadPath {
  Path path;
  batch::Nested nested = batch::Nested::Text;
};

// The paths that an expression reads, in its own scope.
std::vector<ReadPath> read_paths(const expr::Expr& expr);

// Loads the columns that some paths take.
void load_paths(std::span<const ReadPath> paths, batch::BatchReader& batch);

}  // namespace arbors::exec
