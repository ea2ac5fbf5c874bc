// The values of join keys as they are compared: converted as the comparison's coercion says, so
// that equality alone is left.
#pragma once

#include "engine/batch/vectors/vector.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

// Numeric: texts that read as numbers become numbers. Text: numbers become texts.
batch::VectorPtr coerced(batch::VectorPtr values, expr::Coercion coercion);

}  // namespace arbors::exec
