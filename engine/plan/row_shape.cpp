#include "engine/plan/row_shape.h"

#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"

namespace arbors::plan {
namespace {

Path key_path(const std::string& key) { return Path{{{PathStep::Kind::Key, key, 0}}}; }

// A path with the steps that follow the first `from` ones of another.
Path joined(Path path, const Path& rest, std::size_t from) {
  path.steps.insert(path.steps.end(), rest.steps.begin() + static_cast<std::ptrdiff_t>(from),
                    rest.steps.end());
  return path;
}

// Turns a path of trees whose fields got other names into the one it had before: one that leads
// nowhere where the name was taken away. False where it holds such a field, so that the name shows.
bool undo_names(const std::vector<Rename::Name>& names, Path& path) {
  for (const Rename::Name& name : names) {
    Path to = name.from;
    to.steps.back().key = name.to;
    if (starts_with(path, to)) {
      path = joined(name.from, path, to.steps.size());
      return true;
    }
  }
  for (const Rename::Name& name : names) {
    if (starts_with(path, name.from)) path = *bare_path(*expr::missing());
    if (starts_with(name.from, path)) return false;
  }
  return true;
}

// A field's value where all that is on the way to it is an object, or made for it; else missing,
// which sets nothing there.
expr::ExprPtr where_it_fits(const Path& at, const expr::ExprPtr& value) {
  std::vector<expr::ExprPtr> fits;
  Path above;
  for (const PathStep& step : at.steps) {
    const expr::ExprPtr here = expr::path(above);
    fits.push_back(
        expr::or_any({expr::negation(expr::call("exists", {here})),
                      expr::compare(expr::Comparison::Equal, expr::call("json_kind", {here}),
                                    expr::constant(Value::of("object")))}));
    above.steps.push_back(step);
  }
  return expr::case_of(nullptr, {{expr::and_all(std::move(fits)), value}}, expr::missing());
}

}  // namespace

std::optional<RowShape> RowShape::select(const std::vector<NamedExpr>& fields) const {
  RowShape shape;
  // All fields of the trees first: the trees themselves, with more.
  const bool begins_whole =
      !fields.empty() && fields.front().spread && bare_path(*fields.front().expr)->steps.empty();
  if (begins_whole)
    shape = *this;
  else
    shape.fields_only_ = true;
  for (std::size_t i = begins_whole ? 1 : 0; i < fields.size(); ++i) {
    const NamedExpr& field = fields[i];
    expr::ExprPtr value = resolve(field.expr);
    if (!value || (field.spread && bare_path(*value) == nullptr)) return std::nullopt;
    shape.edits_.push_back({field.spread ? Path() : key_path(field.name), std::move(value),
                            field.shows_null, field.spread});
  }
  return shape;
}

std::optional<RowShape> RowShape::add(const AddField& stage) const {
  RowShape shape = *this;
  for (const NamedExpr& field : stage.fields) {
    Path at = parse_path(field.name);
    expr::ExprPtr value = resolve(stage.skip ? where_it_fits(at, field.expr) : field.expr);
    if (!value) return std::nullopt;
    shape.edits_.push_back({std::move(at), std::move(value)});
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

RowShape RowShape::rename(const std::vector<Rename::Name>& names) const {
  RowShape shape = *this;
  shape.edits_.push_back({Path(), nullptr, false, false, names});
  return shape;
}

bool RowShape::is_list_of_fields() const {
  return fields_only_ && std::all_of(edits_.begin(), edits_.end(), [](const Edit& edit) {
           return edit.value && !edit.spread && edit.at.steps.size() == 1;
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
  return path == nullptr ? leaf : resolve_path(*path, edits_.size());
}

// Looks for the last of the first `edits` edits that made the value at a path.
expr::ExprPtr RowShape::resolve_path(Path path, std::size_t edits) const {
  while (edits-- > 0) {
    const Edit& edit = edits_[edits];
    if (edit.spread) return resolve_member(edit, path, edits);
    if (!edit.names.empty()) {
      if (!undo_names(edit.names, path)) return nullptr;
      if (expr::leads_nowhere(path)) return expr::missing();
      continue;
    }
    if (starts_with(path, edit.at)) {
      if (!edit.value) return expr::missing();
      if (path.steps.size() == edit.at.steps.size()) return edit.value;
      const Path* below = bare_path(*edit.value);
      return below == nullptr ? nullptr : expr::path(joined(*below, path, edit.at.steps.size()));
    }
    if (starts_with(edit.at, path)) return nullptr;  // an object that was edited inside
  }
  if (!fields_only_) return expr::path(path);
  return path.steps.empty() ? nullptr : expr::missing();
}

// A field that the spread object may have; else it is what the edits before made of it.
expr::ExprPtr RowShape::resolve_member(const Edit& spread, const Path& path,
                                       std::size_t edits) const {
  if (path.steps.empty()) return nullptr;
  if (path.steps.front().kind != PathStep::Kind::Key) return expr::missing();
  const Path& object = *bare_path(*spread.value);
  const expr::ExprPtr member = expr::path(joined(object, path, 0));
  const expr::ExprPtr before = resolve_path(path, edits);
  if (!before) return nullptr;
  const Path* read_before = bare_path(*before);
  if (read_before != nullptr && expr::leads_nowhere(*read_before)) return member;
  Path field = object;
  field.steps.push_back(path.steps.front());
  return expr::case_of(nullptr, {{expr::call("exists", {expr::path(std::move(field))}), member}},
                       before);
}

}  // namespace arbors::plan
