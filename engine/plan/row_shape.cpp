#include "engine/plan/row_shape.h"

#include <algorithm>

#include "engine/expr/builder.h"
#include "engine/plan/rewrite.h"

namespace arbors::plan {

std::optional<RowShape> RowShape::select(const std::vector<NamedExpr>& fields) const {
  RowShape shape;
  shape.fields_only_ = true;
  for (const NamedExpr& field : fields) {
    expr::ExprPtr value = resolve(field.expr);
    if (!value) return std::nullopt;
    shape.edits_.push_back(
        {Path{{{PathStep::Kind::Key, field.name, 0}}}, std::move(value), field.shows_null});
  }
  return shape;
}

std::optional<RowShape> RowShape::add(const std::vector<NamedExpr>& fields) const {
  RowShape shape = *this;
  for (const NamedExpr& field : fields) {
    expr::ExprPtr value = resolve(field.expr);
    if (!value) return std::nullopt;
    shape.edits_.push_back({parse_path(field.name), std::move(value)});
  }
  return shape;
}

RowShape RowShape::drop(const std::vector<Path>& paths) const {
  RowShape shape = *this;
  for (const Path& path : paths) {
    if (shape.is_list_of_fields() && path.steps.size() == 1)
      std::erase_if(shape.edits_, [&](const Edit& edit) { return edit.at == path; });
    else
      shape.edits_.push_back({path, nullptr});
  }
  return shape;
}

bool RowShape::is_list_of_fields() const {
  return fields_only_ && std::all_of(edits_.begin(), edits_.end(), [](const Edit& edit) {
           return edit.value && edit.at.steps.size() == 1;
         });
}

RowShape RowShape::set(Path at, expr::ExprPtr value) const {
  RowShape shape = *this;
  shape.edits_.push_back({std::move(at), std::move(value)});
  return shape;
}

expr::ExprPtr RowShape::resolve(const expr::ExprPtr& expr) const {
  if (is_whole()) return expr;
  return rewrite_leaves(expr, [this](const expr::ExprPtr& leaf) { return resolve_leaf(leaf); });
}

expr::ExprPtr RowShape::resolve_leaf(const expr::ExprPtr& leaf) const {
  const Path* path = bare_path(*leaf);
  return path == nullptr ? leaf : resolve_path(*path);
}

// Looks for the last edit that made the value at a path.
expr::ExprPtr RowShape::resolve_path(const Path& path) const {
  for (auto edit = edits_.rbegin(); edit != edits_.rend(); ++edit) {
    if (starts_with(path, edit->at)) {
      if (!edit->value) return expr::missing();
      const auto rest = path.steps.begin() + static_cast<std::ptrdiff_t>(edit->at.steps.size());
      if (rest == path.steps.end()) return edit->value;
      const Path* below = bare_path(*edit->value);
      if (below == nullptr) return nullptr;
      Path joined = *below;
      joined.steps.insert(joined.steps.end(), rest, path.steps.end());
      return expr::path(std::move(joined));
    }
    if (starts_with(edit->at, path)) return nullptr;  // an object that was edited inside
  }
  if (!fields_only_) return expr::path(path);
  return path.steps.empty() ? nullptr : expr::missing();
}

}  // namespace arbors::plan
