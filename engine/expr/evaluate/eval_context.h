// What an expression is evaluated against: the scope its paths are read from (the trees of a batch,
// or the elements of a list) and the values of its parameters.
#pragma once

#include <span>

#include "engine/base/value.h"
#include "engine/batch/trees/scope.h"

namespace arbors::expr {

struct EvalContext {
  const batch::Scope& scope;
  std::span<const Value> parameters = {};  // ?1 is the first
};

}  // namespace arbors::expr
