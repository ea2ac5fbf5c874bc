// How many of a batch's rows a condition lets through, guessed before any is read.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Estimates the share of a batch's rows for which an expression is true, 0 to 1. Without a reader,
// or where statistics say nothing: equality 0.1, range 0.3, else 0.5.
double selectivity(const Expr& expr, batch::BatchReader* reader = nullptr,
                   std::span<const Value> parameters = {});

}  // namespace arbors::expr
