// Comparisons of two values, row by row: what ConstantTest cannot do because neither side is
// constant.
#pragma once

#include "engine/expr/evaluate/operand.h"
#include "engine/expr/evaluate/truth.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Compares two values that are not NULL.
bool holds(Comparison op, const Scalar& left, const Scalar& right, Collation collation,
           Coercion coercion);

// The comparison that says the same with its sides exchanged.
Comparison mirrored(Comparison op);

// Compares `rows` rows of two operands; Unknown where either is NULL.
Truths compare_rows(const Compare& form, const Operand& left, const Operand& right,
                    std::size_t rows);

}  // namespace arbors::expr
