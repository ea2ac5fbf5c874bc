// Decides from statistics alone, without reading a payload, whether an expression can be true in a
// batch. Safe first: what is not proven is Perhaps.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "engine/batch/batch_reader.h"
#include "engine/expr/expression.h"

namespace arbors::expr {

enum class Verdict : std::uint8_t {
  Never,    // true for no row
  Perhaps,  // not known
  Always    // true for every row
};

Verdict prune(const Expr& expr, batch::BatchReader& reader, std::span<const Value> parameters = {});

// Estimates the share of a batch's rows for which an expression is true, 0 to 1. Without a reader,
// or where statistics say nothing: equality 0.1, range 0.3, else 0.5.
double selectivity(const Expr& expr, batch::BatchReader* reader = nullptr,
                   std::span<const Value> parameters = {});

}  // namespace arbors::expr
