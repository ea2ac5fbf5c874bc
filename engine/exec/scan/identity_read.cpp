#include "engine/exec/scan/identity_read.h"

#include "engine/exec/scan/row_expr.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {

const plan::WindowCall* identity_read(const expr::ExprPtr& expr, const ScanInput& input) {
  if (!expr || plan::bare_path(*expr) == nullptr) return nullptr;
  const RowExpr read(expr);
  if (read.mixed() || read.leaves().size() != 1) return nullptr;
  std::uint32_t mount = 0;
  for (const ScanStep& step : input.steps) {
    if (const auto* explode = std::get_if<ExplodeStep>(&step)) mount += explode->keys ? 2 : 1;
    const auto* change = std::get_if<ChangeStep>(&step);
    if (change == nullptr || !change->change->mounts() || ++mount != read.mount()) continue;
    const std::vector<PathStep>& steps = read.leaves().front().path.steps;
    return steps.size() == 1 ? change->change->identity(steps.front().key) : nullptr;
  }
  return nullptr;
}

}  // namespace arbors::exec
