// Arithmetic over rows: typed loops where both sides are plain numbers, SQLite's row-by-row rules
// for the rest.
#pragma once

#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector.h"
#include "engine/expr/evaluate/operand.h"

namespace arbors::expr {

batch::VectorPtr calculate_rows(Arithmetic op, const Operand& left, const Operand& right,
                                std::uint32_t rows);

}  // namespace arbors::expr
