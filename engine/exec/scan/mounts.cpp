#include "engine/exec/scan/mounts.h"

#include <numeric>

#include "engine/base/interrupt.h"
#include "engine/batch/vector_builder.h"
#include "engine/batch/vector_ops.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/expr/builder.h"
#include "engine/expr/evaluate.h"
#include "engine/expr/filter.h"

namespace arbors::exec {
namespace {

using expr::Selection;
using Rows = std::vector<std::uint32_t>;

Rows to_rows(const Selection& selection) {
  Rows rows(selection.size());
  for (std::uint32_t i = 0; i < selection.size(); ++i) rows[i] = selection[i];
  return rows;
}

// Ascending rows, where they may repeat, as the distinct ones and where each stands among them.
struct Spread {
  Rows distinct;
  Rows place;
};

Spread spread(const Rows& rows) {
  Spread result;
  result.place.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    if (result.distinct.empty() || result.distinct.back() != row) result.distinct.push_back(row);
    result.place.push_back(static_cast<std::uint32_t>(result.distinct.size()) - 1);
  }
  return result;
}

}  // namespace

Mounts::Mounts(batch::BatchReader& batch) : rows_(batch.trees()) {
  mounts_.push_back({batch::Scope(batch), nullptr, false});
}

Mounts Mounts::explode(const RowExpr& list, const Selection& rows, bool outer) const {
  const Mount& from = mounts_.at(list.mount());
  const Path& path = std::get<expr::PathRead>(list.expr()->form).path;
  Rows scope_rows = to_rows(rows);
  if (from.rows)
    for (std::uint32_t& row : scope_rows) row = (*from.rows)[row];
  const bool all = !from.rows && rows.is_all_of(from.scope.size());
  // A row without an element (kNone) has no list; it stands for itself as an empty one.
  Rows present;
  for (const std::uint32_t row : scope_rows)
    if (row != kNone) present.push_back(row);
  batch::List found = all ? from.scope.list(path) : from.scope.select(present).list(path);
  Rows parents, elements;
  bool lacks = false;
  PolledSteps steps;
  for (std::size_t i = 0, at = 0; i < scope_rows.size(); ++i) {
    const bool has = scope_rows[i] != kNone;
    const std::uint32_t begin = has ? found.starts[at] : 0;
    const std::uint32_t end = has ? found.starts[at + 1] : 0;
    if (has) ++at;
    steps.step(1 + (end - begin) / kRowsAStep);
    for (std::uint32_t element = begin; element < end; ++element) {
      parents.push_back(rows[i]);
      if (outer) elements.push_back(element);
    }
    if (outer && begin == end) {
      lacks = true;
      parents.push_back(rows[i]);
      elements.push_back(kNone);
    }
  }
  Mounts exploded = *this;
  exploded.rows_ = static_cast<std::uint32_t>(parents.size());
  const auto shared_parents = std::make_shared<const Rows>(std::move(parents));
  exploded.parents_ = shared_parents;
  for (Mount& mount : exploded.mounts_) {
    if (!mount.rows) {
      mount.rows = shared_parents;
      continue;
    }
    auto composed = std::make_shared<Rows>(*shared_parents);
    for (std::uint32_t& row : *composed) row = (*mount.rows)[row];
    mount.rows = std::move(composed);
    poll_interrupt(exploded.rows_ / kRowsAStep);
  }
  exploded.mounts_.push_back({std::move(found.elements),
                              lacks ? std::make_shared<const Rows>(std::move(elements)) : nullptr,
                              lacks});
  return exploded;
}

batch::VectorPtr Mounts::evaluate(const RowExpr& expr, const Selection& selection) const {
  const Mount& mount = mounts_.at(expr.mixed() ? 0 : expr.mount());
  if (expr.mixed() || mount.may_lack) return evaluate_leaves(expr, selection);
  return evaluate_at(mount, *expr.expr(), selection);
}

batch::VectorPtr Mounts::evaluate_at(const Mount& mount, const expr::Expr& expr,
                                     const Selection& selection) const {
  const expr::EvalContext context{mount.scope};
  if (!mount.rows) return expr::evaluate(expr, context, selection);
  Rows rows, places;
  for (std::uint32_t i = 0; i < selection.size(); ++i) {
    const std::uint32_t row = (*mount.rows)[selection[i]];
    if (row == kNone) continue;
    rows.push_back(row);
    places.push_back(i);
  }
  Spread spreaded = spread(rows);
  const bool distinct = spreaded.distinct.size() == rows.size();
  batch::VectorPtr values =
      expr::evaluate(expr, context, Selection::list(std::move(spreaded.distinct)));
  if (!distinct) values = batch::gather(*values, spreaded.place);
  if (rows.size() == selection.size()) return values;
  batch::VectorBuilder builder;
  builder.resize(selection.size());
  Rows from(rows.size());
  std::iota(from.begin(), from.end(), 0U);
  builder.place(*values, from, places);
  return builder.finish();
}

batch::VectorPtr Mounts::evaluate_leaves(const RowExpr& expr, const Selection& selection) const {
  std::vector<NamedColumn> columns;
  for (std::size_t i = 0; i < expr.leaves().size(); ++i) {
    const RowExpr::Leaf& leaf = expr.leaves()[i];
    columns.push_back({RowExpr::leaf_name(i),
                       evaluate_at(mounts_.at(leaf.mount), *expr::path(leaf.path), selection)});
  }
  ColumnBatch batch(std::move(columns), selection.size());
  const batch::Scope scope(batch);
  return expr::evaluate(*expr.over_leaves(), {scope}, Selection::all(selection.size()));
}

std::optional<batch::ColumnRows> Mounts::locate(const RowExpr::Leaf& leaf,
                                                const Selection& selection) const {
  static_assert(kNone == batch::kNoRow);
  const Mount& mount = mounts_.at(leaf.mount);
  std::optional<batch::ColumnRows> found = mount.scope.locate(leaf.path);
  if (!found) return found;
  if (found->path == kNoPath) return batch::ColumnRows{kNoPath, selection.size(), true, {}};
  if (found->all && !mount.rows && selection.is_all_of(found->domain_rows)) return found;
  Rows rows = to_rows(selection);
  for (std::uint32_t& row : rows) {
    if (mount.rows) row = (*mount.rows)[row];
    if (row != kNone && !found->all) row = found->rows[row];
  }
  return batch::ColumnRows{found->path, found->domain_rows, false, std::move(rows)};
}

void Mounts::filter(const RowExpr& expr, Selection& selection) const {
  const Mount& mount = mounts_.at(expr.mixed() ? 0 : expr.mount());
  if (!expr.mixed() && !mount.rows) {
    expr::filter(*expr.expr(), {mount.scope}, selection);
    return;
  }
  ColumnBatch batch({{"0", evaluate(expr, selection)}}, selection.size());
  const batch::Scope scope(batch);
  Selection kept = Selection::all(selection.size());
  expr::filter(*expr::path(parse_path("\"0\"")), {scope}, kept);
  Rows rows(kept.size());
  for (std::uint32_t i = 0; i < kept.size(); ++i) rows[i] = selection[kept[i]];
  selection = Selection::list(std::move(rows));
}

std::uint32_t Mounts::tree_of(std::uint32_t row) const {
  return mounts_.front().rows ? (*mounts_.front().rows)[row] : row;
}

}  // namespace arbors::exec
