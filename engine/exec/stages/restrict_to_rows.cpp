#include "engine/exec/stages/restrict_to_rows.h"

#include <utility>

#include "engine/batch/vectors/vector_ops.h"
#include "engine/plan/row_bounds.h"
#include "engine/plan/window.h"

namespace arbors::exec {
void restrict_to_rows(const plan::JoinKey& key, const JoinTable& table, std::size_t at,
                      Relation& left) {
  constexpr std::uint32_t kMost = 100'000;
  const plan::WindowCall* call = identity_read(left.shape.resolve(key.left), left.input);
  if (call == nullptr || key.coercion == expr::Coercion::Text) return;
  const batch::VectorPtr values = table.values(at);
  if (values->rows > kMost) return;
  std::vector<std::int64_t> rows;
  for (std::uint32_t row = 0; row < values->rows; ++row) {
    Value value = batch::value_at(*values, row);
    // A real that is a whole number becomes one; no other value is a rowid.
    if (key.coercion == expr::Coercion::Numeric || value.kind == ValueKind::Real)
      value = apply_affinity(value, Affinity::Integer);
    if (value.kind == ValueKind::Integer) rows.push_back(value.integer);
  }
  plan::RowRestriction& to = left.input.restriction;
  if (call->function->kind == plan::WindowKind::Rowid)
    plan::keep_set(to.rowid_set, std::move(rows));
  else if (call->function->kind == plan::WindowKind::Position)
    plan::keep_set(to.position_set, std::move(rows));
}

}  // namespace arbors::exec
