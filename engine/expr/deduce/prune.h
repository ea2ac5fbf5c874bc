// Decides from statistics alone, without reading a payload, whether an expression can be true in a
// batch. Safe first: what is not proven is Perhaps.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

enum class Verdict : std::uint8_t {
  Never,    // true for no row
  Perhaps,  // not known
  Always    // true for every row
};

Verdict prune(const Expr& expr, batch::BatchReader& reader, std::span<const Value> parameters = {});

}  // namespace arbors::expr
