#include "engine/exec/scan/mounts.h"

#include <algorithm>
#include <numeric>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/member_lists.h"
#include "engine/exec/scan/scan_steps.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/evaluate/filter.h"
#include "engine/expr/forms/builder.h"

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
  Spread result{Rows(rows.size()), Rows(rows.size())};
  std::uint32_t distinct = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool again = i > 0 && rows[i] == rows[i - 1];
    distinct += again ? 0 : 1;
    result.distinct[distinct - 1] = rows[i];
    result.place[i] = distinct - 1;
  }
  result.distinct.resize(distinct);
  return result;
}

// The same of rows in any order.
Spread spread_any(const Rows& rows) {
  Spread result{rows, Rows(rows.size())};
  std::sort(result.distinct.begin(), result.distinct.end());
  result.distinct.erase(std::unique(result.distinct.begin(), result.distinct.end()),
                        result.distinct.end());
  for (std::size_t i = 0; i < rows.size(); ++i)
    result.place[i] = static_cast<std::uint32_t>(
        std::lower_bound(result.distinct.begin(), result.distinct.end(), rows[i]) -
        result.distinct.begin());
  return result;
}

// The rows that an explode makes: each with the row of the block that it was made of, and, where
// some have none (kNoRow), its element.
struct ExplodedRows {
  Rows parents;
  Rows elements;
  bool lacks = false;
};

// `starts` has the list of each of the scope's rows that is there; `outer` keeps rows without
// elements.
ExplodedRows exploded_rows(const Rows& starts, const Selection& rows, const Rows& scope_rows,
                           bool outer) {
  ExplodedRows made;
  const std::size_t most = (starts.empty() ? 0 : starts.back()) + (outer ? scope_rows.size() : 0);
  made.parents.resize(most);
  if (outer) made.elements.resize(most);
  std::uint32_t* const parents = made.parents.data();
  std::uint32_t* const elements = outer ? made.elements.data() : nullptr;
  std::size_t next = 0;
  const auto add = [parents, elements, &next](std::uint32_t parent, std::uint32_t element) {
    parents[next] = parent;
    if (elements != nullptr) elements[next] = element;
    ++next;
  };
  PolledSteps steps;
  for (std::size_t i = 0, at = 0; i < scope_rows.size(); ++i) {
    const bool has = scope_rows[i] != batch::kNoRow;
    const std::uint32_t begin = has ? starts[at] : 0;
    const std::uint32_t end = has ? starts[at + 1] : 0;
    if (has) ++at;
    steps.step(1 + (end - begin) / kRowsAStep);
    const std::uint32_t parent = rows[i];
    for (std::uint32_t element = begin; element < end; ++element) add(parent, element);
    if (outer && begin == end) {
      made.lacks = true;
      add(parent, batch::kNoRow);
    }
  }
  made.parents.resize(next);
  if (outer) made.elements.resize(next);
  return made;
}

}  // namespace

Mounts::Mounts(batch::BatchReader& batch) : rows_(batch.trees()) {
  mounts_.push_back({batch::Scope(batch), nullptr, nullptr, false});
}

// The list of each of the rows of a mount.
EachList Mounts::lists(const Mount& from, const ExplodeStep& step, const Rows& rows) const {
  const Path& path = std::get<expr::PathRead>(step.list.expr()->form).path;
  const bool all = !from.far && !from.rows && rows.size() == from.scope->size();
  if (!step.each) {
    if (from.far) return {lists_of(from.far->read(path, rows))};
    return all ? lists_at(*from.scope, path) : lists_at(from.scope->select(rows), path);
  }
  if (from.far) return each_of(from.far->read(path, rows), step.keys);
  return all ? each_at(*from.scope, path, step.keys)
             : each_at(from.scope->select(rows), path, step.keys);
}

// Three numberings of rows meet here: those of the block (which `rows` selects, and which become
// the parents of the new rows), those of the scope that the list is read from (a tree's or an outer
// element's number; kNone where an outer row has none), and those of the elements found, which the
// lists of the scope's rows share one after another.
Mounts Mounts::explode(const ExplodeStep& step, const Selection& rows) const {
  const Mount& from = mounts_.at(step.list.mount());
  Rows scope_rows = to_rows(rows);
  if (from.rows)
    for (std::uint32_t& row : scope_rows) row = (*from.rows)[row];
  // A row without an element has no list; it stands for itself as an empty one.
  Rows present;
  for (const std::uint32_t row : scope_rows)
    if (row != kNone) present.push_back(row);
  EachList each = lists(from, step, present);
  ExplodedRows rows_after = exploded_rows(each.list.starts, rows, scope_rows, step.outer);
  Mounts exploded = *this;
  exploded.follow(std::make_shared<const Rows>(std::move(rows_after.parents)));
  const bool lacks = rows_after.lacks;
  const RowsPtr places =
      lacks ? std::make_shared<const Rows>(std::move(rows_after.elements)) : nullptr;
  exploded.mounts_.push_back(
      {std::move(each.list.elements), nullptr, places, lacks, std::move(each.owner)});
  if (each.keys) {
    batch::BatchReaderPtr keys = std::make_shared<ColumnBatch>(
        std::vector<NamedColumn>{{"key", each.keys}}, each.keys->rows);
    const batch::Scope scope(*keys);
    exploded.mounts_.push_back({scope, nullptr, places, lacks, std::move(keys)});
  }
  return exploded;
}

Mounts Mounts::join(ReferencedTreesPtr trees, Rows pairs, Rows partners) const {
  const bool lacks = std::find(partners.begin(), partners.end(), kNone) != partners.end();
  Mounts joined = *this;
  joined.follow(std::make_shared<const Rows>(std::move(pairs)));
  joined.mounts_.push_back(
      {std::nullopt, std::move(trees), std::make_shared<const Rows>(std::move(partners)), lacks});
  return joined;
}

Mounts Mounts::attach(batch::BatchReaderPtr batch, Rows trees) const {
  const bool lacks = std::find(trees.begin(), trees.end(), kNone) != trees.end();
  Mounts attached = *this;
  attached.mounts_.push_back({batch::Scope(*batch), nullptr,
                              std::make_shared<const Rows>(std::move(trees)), lacks, batch});
  return attached;
}

void Mounts::follow(const RowsPtr& parents) {
  rows_ = static_cast<std::uint32_t>(parents->size());
  parents_ = parents;
  for (Mount& mount : mounts_) {
    if (!mount.rows) {
      mount.rows = parents;
      continue;
    }
    auto composed = std::make_shared<Rows>(*parents);
    for (std::uint32_t& row : *composed) row = (*mount.rows)[row];
    mount.rows = std::move(composed);
    poll_interrupt(rows_ / kRowsAStep);
  }
}

batch::VectorPtr Mounts::evaluate(const RowExpr& expr, const Selection& selection) const {
  const Mount& mount = mounts_.at(expr.mixed() ? 0 : expr.mount());
  if (expr.mixed() || mount.may_lack || mount.far) return evaluate_leaves(expr, selection);
  return evaluate_at(mount, *expr.expr(), selection);
}

batch::VectorPtr Mounts::evaluate_at(const Mount& mount, const expr::Expr& expr,
                                     const Selection& selection) const {
  const expr::EvalContext context{*mount.scope};
  if (!mount.rows) return expr::evaluate(expr, context, selection);
  Rows rows(selection.size()), places;
  if (mount.may_lack) {
    rows.clear();
    for (std::uint32_t i = 0; i < selection.size(); ++i) {
      const std::uint32_t row = (*mount.rows)[selection[i]];
      if (row == kNone) continue;
      rows.push_back(row);
      places.push_back(i);
    }
  } else if (selection.is_all_of(rows_)) {
    rows = *mount.rows;
  } else {
    for (std::uint32_t i = 0; i < selection.size(); ++i) rows[i] = (*mount.rows)[selection[i]];
  }
  const bool ascending = std::is_sorted(rows.begin(), rows.end());
  Spread spreaded = ascending ? spread(rows) : spread_any(rows);
  const bool as_they_are = ascending && spreaded.distinct.size() == rows.size();
  const bool whole = spreaded.distinct.size() == mount.scope->size();
  batch::VectorPtr values = expr::evaluate(
      expr, context,
      whole ? Selection::all(mount.scope->size()) : Selection::list(std::move(spreaded.distinct)));
  if (!as_they_are) values = batch::gather(*values, spreaded.place);
  if (rows.size() == selection.size()) return values;
  batch::VectorBuilder builder;
  builder.resize(selection.size());
  Rows from(rows.size());
  std::iota(from.begin(), from.end(), 0U);
  builder.place(*values, from, places);
  return builder.finish();
}

batch::VectorPtr Mounts::read(const RowExpr::Leaf& leaf, const Selection& selection) const {
  const Mount& mount = mounts_.at(leaf.mount);
  if (!mount.far) return evaluate_at(mount, *expr::path(leaf.path), selection);
  if (selection.is_all_of(rows_)) return mount.far->read(leaf.path, *mount.rows);
  Rows trees(selection.size());
  for (std::uint32_t i = 0; i < trees.size(); ++i) trees[i] = (*mount.rows)[selection[i]];
  return mount.far->read(leaf.path, trees);
}

batch::VectorPtr Mounts::evaluate_leaves(const RowExpr& expr, const Selection& selection) const {
  std::vector<NamedColumn> columns;
  for (std::size_t i = 0; i < expr.leaves().size(); ++i) {
    batch::VectorPtr values = read(expr.leaves()[i], selection);
    if (expr.over_leaves()->as<expr::PathRead>() != nullptr) return values;
    columns.push_back({RowExpr::leaf_name(i), std::move(values)});
  }
  ColumnBatch batch(std::move(columns), selection.size());
  const batch::Scope scope(batch);
  return expr::evaluate(*expr.over_leaves(), {scope}, Selection::all(selection.size()));
}

std::optional<batch::ColumnRows> Mounts::locate(const RowExpr::Leaf& leaf,
                                                const Selection& selection) const {
  static_assert(kNone == batch::kNoRow);
  const Mount& mount = mounts_.at(leaf.mount);
  if (mount.far || mount.batch) return std::nullopt;  // in no column of the block's batch
  std::optional<batch::ColumnRows> found = mount.scope->locate(leaf.path);
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
  if (!expr.mixed() && !mount.rows && !mount.far) {
    expr::filter(*expr.expr(), {*mount.scope}, selection);
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
