#include "engine/expr/forms/expression.h"

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"

namespace arbors::expr {
namespace {

bool same(const Value& left, const Value& right) {
  return left.kind == right.kind && left.integer == right.integer && left.real == right.real &&
         left.text == right.text;
}

// Compares forms of one kind field by field.
struct SameForm {
  bool operator()(const Constant& a, const Constant& b) const {
    return a.boolean == b.boolean && same(a.value, b.value);
  }
  bool operator()(const Parameter& a, const Parameter& b) const { return a.number == b.number; }
  bool operator()(const PathRead& a, const PathRead& b) const {
    return a.affinity == b.affinity && a.path == b.path;
  }
  bool operator()(const Compare& a, const Compare& b) const {
    return a.op == b.op && a.collation == b.collation && a.coercion == b.coercion;
  }
  bool operator()(const Is& a, const Is& b) const {
    return a.negated == b.negated && a.collation == b.collation && a.coercion == b.coercion;
  }
  bool operator()(const IsTruth& a, const IsTruth& b) const {
    return a.truth == b.truth && a.negated == b.negated;
  }
  bool operator()(const IsNull& a, const IsNull& b) const { return a.negated == b.negated; }
  bool operator()(const Between& a, const Between& b) const {
    return a.negated == b.negated && a.low_collation == b.low_collation &&
           a.high_collation == b.high_collation && a.low == b.low && a.high == b.high;
  }
  bool operator()(const In& a, const In& b) const {
    const auto& left = a.set->items();
    const auto& right = b.set->items();
    return a.negated == b.negated && a.set->collation() == b.set->collation() &&
           a.set->coercion() == b.set->coercion() && a.set->holds_null() == b.set->holds_null() &&
           std::equal(left.begin(), left.end(), right.begin(), right.end(), same);
  }
  bool operator()(const Match& a, const Match& b) const {
    return a.pattern == b.pattern && a.negated == b.negated;
  }
  bool operator()(const Calculate& a, const Calculate& b) const { return a.op == b.op; }
  bool operator()(const UnaryOp& a, const UnaryOp& b) const { return a.op == b.op; }
  bool operator()(const Case& a, const Case& b) const {
    return a.has_base == b.has_base && a.has_otherwise == b.has_otherwise &&
           a.coercions == b.coercions && a.collations == b.collations;
  }
  bool operator()(const Cast& a, const Cast& b) const { return a.affinity == b.affinity; }
  bool operator()(const Collate& a, const Collate& b) const { return a.collation == b.collation; }
  bool operator()(const Call& a, const Call& b) const { return a.function == b.function; }
  template <typename T>
  bool operator()(const T&, const T&) const {  // forms without fields
    return true;
  }
  template <typename T, typename U>
  bool operator()(const T&, const U&) const {
    return false;
  }
};

void add_path(std::vector<Path>& found, Path path) {
  if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(std::move(path));
}

Path under(const Path& prefix, const Path& path) {
  Path joined = prefix;
  joined.steps.insert(joined.steps.end(), path.steps.begin(), path.steps.end());
  return joined;
}

void collect_paths(const Expr& expr, const Path& prefix, std::vector<Path>& found) {
  if (const auto* read = expr.as<PathRead>()) add_path(found, under(prefix, read->path));
  const auto* call = expr.as<Call>();
  if (call == nullptr || call->function->shape < Function::Shape::Lists) {
    for (const ExprPtr& arg : expr.args) collect_paths(*arg, prefix, found);
    return;
  }
  collect_paths(*expr.args[0], prefix, found);
  const bool elements = call->function->shape == Function::Shape::Elements;
  if (!elements) {
    for (std::size_t i = 1; i < expr.args.size(); ++i) collect_paths(*expr.args[i], prefix, found);
  }
  const auto* list = expr.args[0]->as<PathRead>();
  if (list == nullptr) return;  // a computed list: its elements lie in no column
  Path element = under(prefix, list->path);
  if (element.steps.empty() || element.steps.back().kind != PathStep::Kind::Every) {
    element.steps.push_back({PathStep::Kind::Every, {}, 0});
  }
  if (!elements) return add_path(found, std::move(element));
  collect_paths(*expr.args[1], element, found);
}

const Collate* first_collate(const Expr& expr) {
  if (const auto* found = expr.as<Collate>()) return found;
  for (const ExprPtr& arg : expr.args) {
    if (const auto* found = first_collate(*arg)) return found;
  }
  return nullptr;
}

// Functions whose value is one of their arguments.
constexpr std::array<std::string_view, 10> kChoosing{
    "coalesce", "ifnull", "nullif", "iif", "if", "min", "max", "likely", "unlikely", "likelihood"};

bool is_numeric(Affinity affinity) { return affinity >= Affinity::Numeric; }

Coercion coercion_of(Affinity affinity) {
  if (is_numeric(affinity)) return Coercion::Numeric;
  return affinity == Affinity::Text ? Coercion::Text : Coercion::None;
}

}  // namespace

bool equal(const Expr& left, const Expr& right) {
  if (&left == &right) return true;
  return std::visit(SameForm{}, left.form, right.form) &&
         std::equal(left.args.begin(), left.args.end(), right.args.begin(), right.args.end(),
                    [](const ExprPtr& a, const ExprPtr& b) { return equal(*a, *b); });
}

std::vector<Path> paths(const Expr& expr) {
  std::vector<Path> found;
  collect_paths(expr, {}, found);
  return found;
}

bool is_constant(const Expr& expr) {
  if (expr.as<PathRead>() != nullptr || expr.as<Parameter>() != nullptr) return false;
  return std::all_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return is_constant(*arg); });
}

bool gives_blob(const Expr& expr) {
  if (const auto* constant = expr.as<Constant>()) return constant->value.kind == ValueKind::Blob;
  const auto* call = expr.as<Call>();
  const auto* unary = expr.as<UnaryOp>();
  const bool chooses =
      expr.as<Case>() != nullptr || expr.as<Collate>() != nullptr ||
      (unary != nullptr && unary->op == Unary::Plus) ||
      (call != nullptr && std::ranges::find(kChoosing, call->function->name) != kChoosing.end());
  return chooses &&
         std::ranges::any_of(expr.args, [](const ExprPtr& arg) { return gives_blob(*arg); });
}

void refuse_blob(const Expr& expr) {
  if (gives_blob(expr))
    throw_invalid("the value may be a blob, and trees hold none: hex() gives a text of it");
}

bool reads_rows(const Expr& expr) {
  return expr.as<PathRead>() != nullptr ||
         std::any_of(expr.args.begin(), expr.args.end(),
                     [](const ExprPtr& arg) { return reads_rows(*arg); });
}

std::uint32_t parameter_count(const Expr& expr) {
  std::uint32_t most = 0;
  if (const auto* parameter = expr.as<Parameter>()) most = parameter->number;
  for (const ExprPtr& arg : expr.args) most = std::max(most, parameter_count(*arg));
  return most;
}

std::optional<Affinity> affinity(const Expr& expr) {
  if (const auto* read = expr.as<PathRead>()) return read->affinity;
  if (const auto* cast = expr.as<Cast>()) return cast->affinity;
  if (expr.as<Collate>() != nullptr) return affinity(*expr.args[0]);
  return std::nullopt;
}

Coercion coercion(const Expr& left, const Expr& right) {
  const auto a = affinity(left);
  const auto b = affinity(right);
  if (a && b) return is_numeric(*a) || is_numeric(*b) ? Coercion::Numeric : Coercion::None;
  return coercion_of(a ? *a : b.value_or(Affinity::None));
}

Collation collation(const Expr& left, const Expr& right) {
  const Collate* found = first_collate(left);
  if (found == nullptr) found = first_collate(right);
  return found != nullptr ? found->collation : Collation::Binary;
}

}  // namespace arbors::expr
