#include "engine/exec/stages/restrict_to_rows.h"

#include <utility>

#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/block_change.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/exec/window/identity_columns.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/row_bounds.h"
#include "engine/plan/window.h"

namespace arbors::exec {
namespace {

// The identity call that an expression reads over the scan's rows; null: it reads another value.
const plan::WindowCall* identity_read(const expr::ExprPtr& key, const ScanInput& input) {
  if (!key || plan::bare_path(*key) == nullptr) return nullptr;
  const RowExpr read(key);
  if (read.mixed() || read.leaves().size() != 1) return nullptr;
  std::uint32_t mount = 0;
  for (const ScanStep& step : input.steps) {
    if (const auto* explode = std::get_if<ExplodeStep>(&step)) mount += explode->keys ? 2 : 1;
    const auto* change = std::get_if<ChangeStep>(&step);
    if (change == nullptr || !change->change->mounts() || ++mount != read.mount()) continue;
    const auto* identity = dynamic_cast<const IdentityColumns*>(change->change.get());
    const std::vector<PathStep>& steps = read.leaves().front().path.steps;
    return identity != nullptr && steps.size() == 1 ? identity->call(steps.front().key) : nullptr;
  }
  return nullptr;
}

}  // namespace

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
