#include "engine/expr/text/binary_operators.h"

#include <array>

#include "engine/expr/forms/builder.h"

namespace arbors::expr {
namespace {

template <Comparison op>
ExprPtr comparison(ExprPtr left, ExprPtr right) {
  return compare(op, std::move(left), std::move(right));
}
template <Arithmetic op>
ExprPtr arithmetic(ExprPtr left, ExprPtr right) {
  return calculate(op, std::move(left), std::move(right));
}

constexpr std::array<BinaryOperator, 18> kBinary{{
    {"=", kEquality, comparison<Comparison::Equal>},
    {"==", kEquality, comparison<Comparison::Equal>},
    {"<>", kEquality, comparison<Comparison::NotEqual>},
    {"!=", kEquality, comparison<Comparison::NotEqual>},
    {"<", kOrder, comparison<Comparison::Less>},
    {"<=", kOrder, comparison<Comparison::LessEqual>},
    {">", kOrder, comparison<Comparison::Greater>},
    {">=", kOrder, comparison<Comparison::GreaterEqual>},
    {"&", kBits, arithmetic<Arithmetic::BitAnd>},
    {"|", kBits, arithmetic<Arithmetic::BitOr>},
    {"<<", kBits, arithmetic<Arithmetic::ShiftLeft>},
    {">>", kBits, arithmetic<Arithmetic::ShiftRight>},
    {"+", kSum, arithmetic<Arithmetic::Add>},
    {"-", kSum, arithmetic<Arithmetic::Subtract>},
    {"*", kProduct, arithmetic<Arithmetic::Multiply>},
    {"/", kProduct, arithmetic<Arithmetic::Divide>},
    {"%", kProduct, arithmetic<Arithmetic::Remainder>},
    {"||", kConcat, concat},
}};

}  // namespace

std::span<const BinaryOperator> binary_operators() { return kBinary; }

}  // namespace arbors::expr
