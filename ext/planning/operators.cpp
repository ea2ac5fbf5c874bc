#include "ext/planning/operators.h"

#include <algorithm>
#include <array>

#include "ext/session/declaration.h"
#include "ext/session/session.h"

namespace arbors::ext {
namespace {

using C = expr::Comparison;

constexpr std::array<Operator, 14> kOperators{{
    {TermOp::IsNotNull, "is not null", SQLITE_INDEX_CONSTRAINT_ISNOTNULL, {}},
    {TermOp::IsNull, "is null", SQLITE_INDEX_CONSTRAINT_ISNULL, {}},
    {TermOp::IsNot, "is not", SQLITE_INDEX_CONSTRAINT_ISNOT, {}},
    {TermOp::Is, "is", SQLITE_INDEX_CONSTRAINT_IS, {}},
    {TermOp::LessEqual, "<=", SQLITE_INDEX_CONSTRAINT_LE, C::LessEqual},
    {TermOp::NotEqual, "<>", SQLITE_INDEX_CONSTRAINT_NE, C::NotEqual},
    {TermOp::Less, "<", SQLITE_INDEX_CONSTRAINT_LT, C::Less},
    {TermOp::GreaterEqual, ">=", SQLITE_INDEX_CONSTRAINT_GE, C::GreaterEqual},
    {TermOp::Greater, ">", SQLITE_INDEX_CONSTRAINT_GT, C::Greater},
    {TermOp::Equal, "=", SQLITE_INDEX_CONSTRAINT_EQ, C::Equal},
    {TermOp::In, "in", {}, {}},
    {TermOp::Like, "like", SQLITE_INDEX_CONSTRAINT_LIKE, {}, "like"},
    {TermOp::Glob, "glob", SQLITE_INDEX_CONSTRAINT_GLOB, {}, "glob"},
    {TermOp::Match, "match", SQLITE_INDEX_CONSTRAINT_MATCH, {}},
}};

}  // namespace

std::span<const Operator> operators() { return kOperators; }

const Operator& operator_of(TermOp op) {
  return *std::find_if(kOperators.begin(), kOperators.end(),
                       [&](const Operator& known) { return known.op == op; });
}

const Operator* constraint_operator(int code) {
  for (const Operator& known : kOperators)
    if (known.code == code) return &known;
  return nullptr;
}

std::optional<expr::Comparison> comparison_of(TermOp op) { return operator_of(op).comparison; }

bool is_comparison(TermOp op) {
  return op == TermOp::Is || op == TermOp::IsNot || comparison_of(op).has_value();
}

bool is_range(TermOp op) { return op >= TermOp::Less && op <= TermOp::GreaterEqual; }

bool takes_argument(TermOp op) { return op != TermOp::IsNull && op != TermOp::IsNotNull; }

std::optional<Collation> known_collation(const char* name) {
  if (name == nullptr) return Collation::Binary;
  for (const Collation collation : {Collation::Binary, Collation::NoCase, Collation::RTrim})
    if (lower_ascii(name) == lower_ascii(collation_name(collation))) return collation;
  return std::nullopt;
}

}  // namespace arbors::ext
