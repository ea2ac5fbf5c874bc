// Gives each row one of few constants: the branches of a CASE.
#pragma once

#include <cstdint>
#include <span>

#include "engine/batch/vectors/vector.h"
#include "engine/expr/forms/expression.h"

namespace arbors::expr {

// Row i is constants[choices[i]]; missing where there is no such constant.
batch::VectorPtr chosen_constants(std::span<const Constant* const> constants,
                                  std::span<const std::uint32_t> choices);

}  // namespace arbors::expr
