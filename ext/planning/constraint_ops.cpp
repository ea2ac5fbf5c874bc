#include "ext/planning/constraint_ops.h"

#include <array>

#include "ext/session/declaration.h"
#include "ext/session/session.h"

namespace arbors::ext {
namespace {

struct ConstraintOp {
  int code;
  TermOp op;
};
constexpr std::array<ConstraintOp, 13> kConstraintOps{{
    {SQLITE_INDEX_CONSTRAINT_EQ, TermOp::Equal},
    {SQLITE_INDEX_CONSTRAINT_LT, TermOp::Less},
    {SQLITE_INDEX_CONSTRAINT_LE, TermOp::LessEqual},
    {SQLITE_INDEX_CONSTRAINT_GT, TermOp::Greater},
    {SQLITE_INDEX_CONSTRAINT_GE, TermOp::GreaterEqual},
    {SQLITE_INDEX_CONSTRAINT_NE, TermOp::NotEqual},
    {SQLITE_INDEX_CONSTRAINT_IS, TermOp::Is},
    {SQLITE_INDEX_CONSTRAINT_ISNOT, TermOp::IsNot},
    {SQLITE_INDEX_CONSTRAINT_LIKE, TermOp::Like},
    {SQLITE_INDEX_CONSTRAINT_GLOB, TermOp::Glob},
    {SQLITE_INDEX_CONSTRAINT_MATCH, TermOp::Match},
    {SQLITE_INDEX_CONSTRAINT_ISNULL, TermOp::IsNull},
    {SQLITE_INDEX_CONSTRAINT_ISNOTNULL, TermOp::IsNotNull},
}};

}  // namespace

std::optional<TermOp> term_op(int code) {
  for (const ConstraintOp& known : kConstraintOps)
    if (known.code == code) return known.op;
  return std::nullopt;
}

bool is_comparison(TermOp op) {
  return op <= TermOp::IsNot;  // Equal … IsNot stand first
}

bool is_range(TermOp op) { return op >= TermOp::Less && op <= TermOp::GreaterEqual; }

std::optional<Collation> known_collation(const char* name) {
  if (name == nullptr) return Collation::Binary;
  for (const Collation collation : {Collation::Binary, Collation::NoCase, Collation::RTrim})
    if (lower_ascii(name) == lower_ascii(collation_name(collation))) return collation;
  return std::nullopt;
}

}  // namespace arbors::ext
