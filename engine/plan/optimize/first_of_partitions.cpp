// A filter that keeps the first rows of each partition lets the window look at no others.
#include <algorithm>

#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"
#include "engine/plan/window.h"

namespace arbors::plan {
namespace {

bool is_row_number(const Window& window, const expr::Expr& expr) {
  const Path* path = bare_path(expr);
  return path != nullptr && path->steps.size() == 1 &&
         std::any_of(window.calls.begin(), window.calls.end(), [&](const WindowCall& call) {
           return call.function != nullptr && call.function->kind == WindowKind::RowNumber &&
                  path->steps.front().kind == PathStep::Kind::Key &&
                  path->steps.front().key == call.name;
         });
}

// How many rows of each partition a condition can be true for; none where it does not say.
std::optional<std::int64_t> most_rows(const Window& window, const expr::Expr& condition) {
  const auto* compare = condition.as<expr::Compare>();
  if (compare == nullptr || !is_row_number(window, *condition.args[0])) return std::nullopt;
  const auto* constant = condition.args[1]->as<expr::Constant>();
  if (constant == nullptr || constant->value.kind != ValueKind::Integer) return std::nullopt;
  const std::int64_t number = constant->value.integer;
  if (compare->op == expr::Comparison::LessEqual || compare->op == expr::Comparison::Equal)
    return std::max<std::int64_t>(number, 0);
  if (compare->op == expr::Comparison::Less) return std::max<std::int64_t>(number, 1) - 1;
  return std::nullopt;
}

// Tells whether later rows of a partition have no say in any value.
bool looks_back_only(const Window& window) {
  return std::all_of(window.calls.begin(), window.calls.end(), [](const WindowCall& call) {
    return call.function != nullptr && (call.function->kind == WindowKind::RowNumber ||
                                        call.function->kind == WindowKind::Rank ||
                                        call.function->kind == WindowKind::DenseRank);
  });
}

}  // namespace

NodePtr first_of_partitions(const NodePtr& node, const SourceFacts&) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const Node& below = *node->inputs.front();
  const auto* window = std::get_if<Window>(&below.op);
  if (window == nullptr || window->first_rows || !looks_back_only(*window)) return nullptr;
  for (const expr::ExprPtr& condition : conjuncts(filter->predicate)) {
    const auto most = most_rows(*window, *condition);
    if (!most) continue;
    Window first = *window;
    first.first_rows = static_cast<std::uint64_t>(*most);
    return over(*node, make(std::move(first), below.inputs));
  }
  return nullptr;
}

}  // namespace arbors::plan
