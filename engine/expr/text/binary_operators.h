// The operators between two expressions: how each is written, how tightly it binds, what it makes.
#pragma once

#include <span>
#include <string_view>

#include "engine/expr/forms/expression.h"
#include "engine/expr/text/precedence.h"

namespace arbors::expr {

struct BinaryOperator {
  std::string_view symbol;
  Level level;
  ExprPtr (*make)(ExprPtr left, ExprPtr right);
};

std::span<const BinaryOperator> binary_operators();

}  // namespace arbors::expr
