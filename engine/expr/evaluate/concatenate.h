// The || of many operands, written once into one pool.
#pragma once

#include <cstdint>
#include <span>

#include "engine/expr/evaluate/operand.h"

namespace arbors::expr {

// Row i is the texts of the parts' rows i, one behind the other; NULL where one of them is.
batch::VectorPtr concatenate_texts(std::span<const Operand> parts, std::uint32_t rows);

}  // namespace arbors::expr
