// How tightly an operator binds, loosest first: what the parser reads by and the printer writes
// parentheses by.
#pragma once

#include <cstdint>

namespace arbors::expr {

enum Level : std::uint8_t {
  kOr,
  kAnd,
  kNot,
  kEquality,
  kOrder,
  kBits,
  kSum,
  kProduct,
  kConcat,
  kCollate,
  kUnary,
  kOperand  // no operator at all
};

}  // namespace arbors::expr
