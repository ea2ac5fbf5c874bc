// window { rowid() as r } | filter r = 4711  over a source looks at that tree alone: what a filter
// says of rowids and places restricts the source. The filter stays: a restriction may admit more
// than it lets through.
#include <algorithm>

#include "engine/base/scalar.h"
#include "engine/expr/evaluate/comparison.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/value_set.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/optimize/node_shape.h"
#include "engine/plan/optimize/rule.h"
#include "engine/plan/row_bounds.h"
#include "engine/plan/window.h"

namespace arbors::plan {
namespace {

using Comparison = expr::Comparison;

// What one condition admits of the rowids, or of the places, of a source.
struct Admitted {
  WindowKind of = WindowKind::Rowid;
  RowRange range = kAllRows;
  std::optional<std::vector<std::int64_t>> set;
};

// Tells whether an expression is what an identity call of the window gives, and which.
const WindowCall* call_read(const expr::Expr& expr, const Window& window) {
  const Path* path = bare_path(expr);
  if (path == nullptr || path->steps.size() != 1 || path->steps.front().kind != PathStep::Kind::Key)
    return nullptr;
  const auto call =
      std::find_if(window.calls.begin(), window.calls.end(),
                   [&](const WindowCall& one) { return one.name == path->steps.front().key; });
  return call == window.calls.end() || call->function->kind == WindowKind::Generation ? nullptr
                                                                                      : &*call;
}

// As a comparison of an integer with a value converts it: a text only where it reads as a number.
RowRange admitted(Comparison op, const Value& value, expr::Coercion coercion) {
  if (coercion == expr::Coercion::Numeric)
    return admitted_rows(op, apply_affinity(value, Affinity::Integer));
  if (coercion != expr::Coercion::None || value.kind == ValueKind::Text) return kAllRows;
  return admitted_rows(op, apply_affinity(value, Affinity::Integer));
}

RowRange admitted(Comparison op, const expr::Expr& operand, expr::Coercion coercion) {
  const auto* constant = operand.as<expr::Constant>();
  return constant == nullptr ? kAllRows : admitted(op, constant->value, coercion);
}

void add_comparison(const expr::Expr& condition, const Window& window, Comparison op,
                    expr::Coercion coercion, std::vector<Admitted>& found) {
  for (const std::size_t at : {0, 1})
    if (const WindowCall* call = call_read(*condition.args[at], window))
      found.push_back({call->function->kind,
                       admitted(at == 0 ? op : mirrored(op), *condition.args[1 - at], coercion),
                       {}});
}

void add_membership(const expr::Expr& condition, const WindowCall& call, const expr::In& in,
                    std::vector<Admitted>& found) {
  if (in.negated || condition.args.size() > 1) return;
  std::vector<std::int64_t> members;
  for (const Value& item : in.set->items()) {
    const RowRange one = admitted(Comparison::Equal, item, in.set->coercion());
    if (one == kAllRows) return;
    members.push_back(one.first);
  }
  found.push_back({call.function->kind, kAllRows, std::move(members)});
}

// Lists what a condition says of rowids and places.
void add_admitted(const expr::Expr& condition, const Window& window, std::vector<Admitted>& found) {
  if (const auto* compare = condition.as<expr::Compare>())
    return add_comparison(condition, window, compare->op, compare->coercion, found);
  if (const auto* is = condition.as<expr::Is>(); is != nullptr && !is->negated)
    return add_comparison(condition, window, Comparison::Equal, is->coercion, found);
  const auto* between = condition.as<expr::Between>();
  const auto* in = condition.as<expr::In>();
  if ((between == nullptr || between->negated) && in == nullptr) return;
  const WindowCall* call = call_read(*condition.args[0], window);
  if (call == nullptr) return;
  if (in != nullptr) return add_membership(condition, *call, *in, found);
  const WindowKind kind = call->function->kind;
  found.push_back({kind, admitted(Comparison::GreaterEqual, *condition.args[1], between->low), {}});
  found.push_back({kind, admitted(Comparison::LessEqual, *condition.args[2], between->high), {}});
}

void keep(RowRestriction& rows, Admitted one) {
  const bool rowid = one.of == WindowKind::Rowid;
  if (one.set) keep_set(rowid ? rows.rowid_set : rows.position_set, *std::move(one.set));
  if (one.range != kAllRows) keep_range(rowid ? rows.rowids : rows.positions, one.range);
}

bool same(const RowRestriction& left, const RowRestriction& right) {
  return left.rowids == right.rowids && left.rowid_set == right.rowid_set &&
         left.positions == right.positions && left.position_set == right.position_set;
}

// The source whose trees stand below stages that leave each where it is, or null.
const Source* source_below(const Node& node) {
  if (const auto* source = std::get_if<Source>(&node.op))
    return source->kind == Source::Kind::Name || source->kind == Source::Kind::Handle ? source
                                                                                      : nullptr;
  if (!std::holds_alternative<Filter>(node.op) && !shape_of(node)) return nullptr;
  return source_below(*node.inputs.front());
}

NodePtr with_rows(const Node& node, const RowRestriction& rows) {
  if (const auto* source = std::get_if<Source>(&node.op)) {
    Source restricted = *source;
    restricted.rows = rows;
    return make(std::move(restricted));
  }
  return over(node, with_rows(*node.inputs.front(), rows));
}

}  // namespace

NodePtr restrict_rows(const NodePtr& node, const SourceFacts&) {
  const auto* filter = std::get_if<Filter>(&node->op);
  if (filter == nullptr) return nullptr;
  const auto* window = std::get_if<Window>(&node->inputs.front()->op);
  if (window == nullptr || !is_identity(*window)) return nullptr;
  const Source* source = source_below(*node->inputs.front()->inputs.front());
  if (source == nullptr) return nullptr;
  std::vector<Admitted> found;
  for (const expr::ExprPtr& condition : conjuncts(filter->predicate))
    add_admitted(*condition, *window, found);
  RowRestriction rows = source->rows;
  for (Admitted& one : found) keep(rows, std::move(one));
  return same(rows, source->rows) ? nullptr : with_rows(*node, rows);
}

}  // namespace arbors::plan
