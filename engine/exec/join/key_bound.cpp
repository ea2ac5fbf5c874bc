#include "engine/exec/join/key_bound.h"

#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

constexpr std::size_t kFewKeys = 200;

bool of_the_scan(const expr::ExprPtr& expr) {
  if (!expr || plan::bare_path(*expr) == nullptr) return false;
  const RowExpr read(expr);
  return read.mount() == 0 && !read.mixed();
}

}  // namespace

expr::ExprPtr key_bound(const plan::JoinKey& key, const JoinTable& table, std::size_t at,
                        const plan::RowShape& shape) {
  if (key.nulls_equal) return nullptr;
  const expr::ExprPtr left = shape.resolve(key.left);
  if (!of_the_scan(left)) return nullptr;
  const batch::VectorPtr values = table.values(at);
  constexpr batch::TagSet kNumbers =
      batch::tag_bit(batch::Tag::Integer) | batch::tag_bit(batch::Tag::Real) | batch::kNullTags;
  if (values->rows <= kFewKeys) {
    std::vector<Value> items;
    for (std::uint32_t row = 0; row < values->rows; ++row)
      if (Value value = batch::value_at(*values, row); !value.is_null())
        items.push_back(std::move(value));
    return expr::in(left, std::move(items), false, key.collation, key.coercion);
  }
  if (!values->only(kNumbers) || key.coercion == expr::Coercion::Text) return nullptr;
  Value least, greatest;
  for (std::uint32_t row = 0; row < values->rows; ++row) {
    const Value value = batch::value_at(*values, row);
    if (value.is_null()) continue;
    if (least.is_null() || compare(value, least) < 0) least = value;
    if (greatest.is_null() || compare(greatest, value) < 0) greatest = value;
  }
  if (least.is_null()) return nullptr;
  return expr::between(left, expr::constant(least), expr::constant(greatest), false, key.collation,
                       key.collation, key.coercion, key.coercion);
}

}  // namespace arbors::exec
