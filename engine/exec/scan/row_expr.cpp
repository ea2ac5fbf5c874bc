#include "engine/exec/scan/row_expr.h"

#include <limits>

#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::exec {
namespace {

// The mark is an index that no array reaches: the path it begins is missing everywhere, so it
// cannot be mistaken for one that means something. The two least stay missing.
constexpr std::int64_t kMark = std::numeric_limits<std::int64_t>::min() + 2;
constexpr std::int64_t kMostMounts = 1 << 16;

RowExpr::Leaf leaf_of(const Path& path) {
  if (path.steps.empty() || path.steps.front().kind != PathStep::Kind::Index) return {0, path};
  const std::int64_t index = path.steps.front().index;
  if (index >= kMark + kMostMounts || index <= kMark) return {0, path};
  return {static_cast<std::uint32_t>(index - kMark),
          Path{{path.steps.begin() + 1, path.steps.end()}}};
}

}  // namespace

Path mounted_path(std::uint32_t mount) {
  return Path{{{PathStep::Kind::Index, {}, kMark + static_cast<std::int64_t>(mount)}}};
}

RowExpr::RowExpr(const expr::ExprPtr& expr) : expr_(expr) {
  over_leaves_ = plan::rewrite_leaves(expr, [this](const expr::ExprPtr& node) {
    const Path* path = plan::bare_path(*node);
    if (path == nullptr) return node;
    leaves_.push_back(leaf_of(*path));
    return expr::path(Path{{{PathStep::Kind::Key, leaf_name(leaves_.size() - 1), 0}}});
  });
  for (const Leaf& leaf : leaves_) {
    mixed_ |= leaf.mount != leaves_.front().mount;
    mount_ = leaf.mount;
  }
  if (mixed_ || mount_ == 0) return;
  std::size_t at = 0;
  expr_ = plan::rewrite_leaves(expr, [&](const expr::ExprPtr& node) {
    return plan::bare_path(*node) == nullptr ? node : expr::path(leaves_[at++].path);
  });
}

}  // namespace arbors::exec
