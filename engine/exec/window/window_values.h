// What window functions and aggregates give each row, from the values of their arguments.
#pragma once

#include <vector>

#include "engine/batch/vectors/vector.h"
#include "engine/exec/window/partitions.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// The values of a call's expressions over all rows: value i is that of row i. Null where the call
// has no such expression.
struct WindowArguments {
  std::vector<batch::VectorPtr> arguments;  // of a function
  batch::VectorPtr value;                   // an aggregate's argument
  std::vector<std::uint8_t> passes;         // its filter; empty: every row
};

// Gives the value of each row.
batch::VectorPtr function_values(const plan::WindowCall& call, const WindowArguments& arguments,
                                 const Partitions& partitions);
// The same of an aggregate over each row's frame.
batch::VectorPtr aggregate_values(const plan::WindowCall& call, const WindowArguments& arguments,
                                  const Partitions& partitions);

// Gives rows of a vector, kNoRow and Missing as null.
batch::VectorPtr gathered_or_null(const batch::Vector& from, batch::RowSpan rows);

}  // namespace arbors::exec
