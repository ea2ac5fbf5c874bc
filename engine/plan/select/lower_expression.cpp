// Expressions of a SELECT: names are looked up, and the forms built anew over what they stand for.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/json_path.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

const Leaf* CoreLowering::leaf_of(const expr::Expr& parsed) const {
  const auto* parameter = parsed.as<expr::Parameter>();
  if (parameter == nullptr || parameter->number < kLeaf) return nullptr;
  return &lowering_.statement().leaves[parameter->number - kLeaf];
}

// `byte` is where the expression begins, for what is wrong with a form.
Typed CoreLowering::lower(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte) {
  if (const Leaf* leaf = leaf_of(*parsed)) return lower_leaf(*leaf, clause);
  if (parsed->as<expr::Call>() != nullptr) return lower_call(parsed, clause, byte);
  if (const auto* match = parsed->as<expr::Match>())
    lowering_.note_call(match->pattern == expr::Pattern::Like ? "like" : "glob",
                        parsed->args.size(), byte);
  if (const auto* collate = parsed->as<expr::Collate>())
    lowering_.check_collation(collate->collation, byte);
  if (parsed->args.empty() && parsed->as<expr::In>() == nullptr) return constant(parsed);
  std::vector<Typed> operands;
  for (const expr::ExprPtr& arg : parsed->args) operands.push_back(lower(arg, clause, byte));
  try {
    return with_operands(*parsed, std::move(operands));
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
}

Typed CoreLowering::lower_stored(const expr::ExprPtr& parsed, const Clause& clause,
                                 std::size_t byte) {
  Typed value = lower(parsed, clause, byte);
  try {
    expr::refuse_blob(*value.expr);
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
  return value;
}

Typed CoreLowering::lower_call(const expr::ExprPtr& parsed, const Clause& clause,
                               std::size_t byte) {
  const expr::Function& function = *parsed->as<expr::Call>()->function;
  lowering_.note_call(function.name, parsed->args.size(), byte);
  const bool makes_json = function.name == "json_array" || function.name == "json_object";
  std::vector<Typed> operands;
  for (const expr::ExprPtr& arg : parsed->args) {
    const bool of_elements = function.shape == expr::Function::Shape::Elements && !operands.empty();
    operands.push_back(of_elements  ? constant(element_expression(arg))
                       : makes_json ? json_operand(arg, clause, byte)
                                    : lower(arg, clause, byte));
    if (makes_json) operands.back().expr = json_argument(operands.back(), false, byte);
  }
  if (function.name == "json") {
    Typed document = constant(expr::call("json_document", {operands.front().expr}));
    document.mark = JsonMark::Json;
    return document;
  }
  if (function.name == "exists" && shows_null(*operands.front().expr))
    return constant(expr::boolean(true));
  try {
    return with_operands(*parsed, std::move(operands));
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
}

// Tells whether an expression is a column of a query in FROM, which its rows all have.
bool CoreLowering::shows_null(const expr::Expr& value) const {
  const Path* path = bare_path(value);
  return path != nullptr && core_.from.size() == 1 && !scope_.tables.front().trees &&
         path->steps.size() == scope_.tables.front().root.steps.size() + 1;
}

// Names inside list_any(list, e) and its like are paths from the element on.
expr::ExprPtr CoreLowering::element_expression(const expr::ExprPtr& parsed) {
  const Leaf* leaf = leaf_of(*parsed);
  if (leaf == nullptr) {
    if (parsed->args.empty()) return parsed;
    std::vector<Typed> operands;
    for (const expr::ExprPtr& arg : parsed->args)
      operands.push_back({element_expression(arg), {}, {}, false, false});
    for (Typed& operand : operands)
      if (bare_path(*operand.expr) != nullptr) operand.affinity = Affinity::None;
    return with_operands(*parsed, std::move(operands)).expr;
  }
  if (leaf->kind != Leaf::Kind::Name)
    lexer_.fail_at(leaf->begin, "aggregates and queries over elements are not understood here");
  Path path;
  for (const Word& word : leaf->words)
    if (&word != &leaf->words.front() || word.quoted || word.text != "it")
      path.steps.push_back({PathStep::Kind::Key, word.text, 0});
  path.steps.insert(path.steps.end(), leaf->steps.begin(), leaf->steps.end());
  return expr::path(std::move(path));
}

Typed CoreLowering::lower_name(const Leaf& leaf) {
  try {
    Scope::Found found = scope_.find(leaf);
    if (found.level > 0) return outer_name(leaf, found);
    return known_in_where(std::move(found.value), leaf);
  } catch (const Error& error) {
    throw Error(error.code(), placed(lexer_, leaf.begin, error.what()));
  }
}

Typed CoreLowering::lower_leaf(const Leaf& leaf, const Clause& clause) {
  switch (leaf.kind) {
    case Leaf::Kind::Name:
      return lower_name(leaf);
    case Leaf::Kind::Aggregate:
      return aggregate(leaf, clause);
    case Leaf::Kind::Access:
      return lower_access(leaf, clause);
    case Leaf::Kind::Window:
      return window(leaf, clause);
    case Leaf::Kind::Scalar:
      return scalar(leaf, clause);
    case Leaf::Kind::Exists:
      return exists(leaf, clause);
    default:
      return in_query(leaf, clause);
  }
}

// Where a chain of -> and ->> leads, or a column stands; null of anything else.
const Path* CoreLowering::accessed_path(const expr::Expr& base) {
  if (const Path* path = bare_path(base)) return path;
  const auto* call = base.as<expr::Call>();
  if (call == nullptr) return nullptr;
  const bool guarded = call->function->name == "coalesce" && base.args.size() == 2 &&
                       base.args[1]->as<expr::Call>() != nullptr &&
                       base.args[1]->as<expr::Call>()->function->name == "no_text";
  return guarded || call->function->name == "json_text" ? accessed_path(*base.args.front())
                                                        : nullptr;
}

bool CoreLowering::is_tree(const Path& path) const {
  return std::any_of(scope_.tables.begin(), scope_.tables.end(),
                     [&](const ScopeTable& table) { return table.trees && table.root == path; });
}

// A text may be JSON to SQLite, which then looks into it; a whole tree is none.
expr::ExprPtr CoreLowering::unless_text(expr::ExprPtr value, const Path& base) const {
  if (is_tree(base)) return value;
  return expr::call("coalesce", {std::move(value), expr::call("no_text", {expr::path(base)})});
}

Typed CoreLowering::lower_access(const Leaf& leaf, const Clause& clause) {
  const Typed base = lower(leaf.args[0], clause, leaf.begin);
  const Path* path = accessed_path(*base.expr);
  const auto* label = leaf.args[1]->as<expr::Constant>();
  if (path == nullptr || label == nullptr)
    lexer_.fail_at(leaf.begin,
                   "a path into JSON that is no constant, or does not begin at a column, is not "
                   "understood here");
  std::vector<PathStep> steps;
  try {
    steps = json_steps(label->value);
  } catch (const Error& error) {
    lexer_.fail_at(leaf.begin, error.what());
  }
  Path whole = *path;
  whole.steps.insert(whole.steps.end(), steps.begin(), steps.end());
  const expr::ExprPtr value = expr::path(std::move(whole));
  // '$' of a column is what SQL sees there; a whole tree is JSON.
  const bool itself = steps.empty() && !is_tree(*path);
  if (!leaf.words.empty()) {
    if (!itself) return constant(of_value(leaf, value, *path));
    lowering_.note_call(leaf.words.front().text, 2, leaf.begin);
    return constant(expr::call(
        same_name(leaf.words.front().text, "json_type") ? "json_type" : "json_array_length",
        {value}));
  }
  lowering_.note_call(leaf.flag ? "->>" : "->", 2, leaf.begin);
  Typed found = constant(value);
  if (itself)
    found.expr = expr::call("json_document", {value});
  else
    found.expr = unless_text(leaf.flag ? value : expr::call("json_text", {value}), *path);
  found.mark = !leaf.flag ? JsonMark::Json : leaf.function ? JsonMark::None : JsonMark::Text;
  return found;
}

// json_type and json_array_length of a value in a tree.
expr::ExprPtr CoreLowering::of_value(const Leaf& leaf, const expr::ExprPtr& value,
                                     const Path& base) {
  lowering_.note_call(leaf.words.front().text, 2, leaf.begin);
  const expr::ExprPtr kind = expr::call("json_kind", {value});
  if (same_name(leaf.words.front().text, "json_type")) return unless_text(kind, base);
  const expr::ExprPtr length = expr::call("list_len", {value});
  const expr::ExprPtr array =
      expr::compare(expr::Comparison::Equal, kind, expr::constant(Value::of("array")));
  return expr::case_of(
      nullptr,
      {{array, length}, {expr::is_null(kind), unless_text(expr::constant(Value::null()), base)}},
      expr::constant(Value::of(std::int64_t{0})));
}

// Tells whether SQLite hands a JSON function the arrays and objects of the table's columns as JSON:
// rows that it sorts or keeps have texts, here or in a query around, which may compute it.
bool CoreLowering::keeps_json() const {
  const Statement& statement = lowering_.statement();
  const bool kept_around =
      around_.inside &&
      (lowering_.gathers() || !statement.query->order_by.empty() ||
       std::any_of(statement.leaves.begin(), statement.leaves.end(),
                   [](const Leaf& leaf) { return leaf.kind == Leaf::Kind::Window; }));
  return !kept_around && core_.from.size() == 1 && scope_.tables.front().trees &&
         core_.group_by.empty() && !core_.distinct && !core_.has_windows &&
         (order_ == nullptr || order_->empty());
}

// Tells whether a value may be an array or object that was not made just there.
bool CoreLowering::may_be_json(const expr::Expr& value) const {
  if (value.as<expr::PathRead>() != nullptr) return true;
  if (const auto* parameter = value.as<expr::Parameter>()) {
    if (parameter->number >= kWindowValue) return true;
    const AggregateKind kind = calls_[parameter->number - kCallValue].function->kind;
    return (kind != AggregateKind::List && kind != AggregateKind::Object) || core_.has_windows;
  }
  return hands_on(value) &&
         std::any_of(value.args.begin(), value.args.end(),
                     [&](const expr::ExprPtr& arg) { return may_be_json(*arg); });
}

// An argument of a function that makes JSON: what -> and json() give is taken as JSON there, an
// array or object of ->> as a text.
Typed CoreLowering::json_operand(const expr::ExprPtr& parsed, const Clause& clause,
                                 std::size_t byte) {
  Typed value = lower_stored(parsed, clause, byte);
  const Leaf* leaf = leaf_of(*parsed);
  const auto* call = value.expr->as<expr::Call>();
  if (call != nullptr && call->function->name == "json_document" && value.mark == JsonMark::Json) {
    const bool json = leaf == nullptr;  // else '$' of a column
    if (json)
      value.expr = expr::call("json", {expr::call("json_element", {value.expr->args.front()})});
    value.mark = JsonMark::None;
  } else if (leaf != nullptr && leaf->kind == Leaf::Kind::Access && value.mark != JsonMark::None) {
    const Path* path = accessed_path(*value.expr);
    if (path == nullptr) return value;  // '$' of a column
    const expr::ExprPtr found = expr::path(*path);
    expr::ExprPtr taken =
        value.mark == JsonMark::Json
            ? expr::call("json_part", {found})
            : expr::case_of(nullptr,
                            {{expr::in(expr::call("json_kind", {found}),
                                       {Value::of("array"), Value::of("object")}, false,
                                       Collation::Binary, expr::Coercion::None),
                              expr::cast(found, "TEXT")}},
                            found);
    if (call != nullptr && call->function->name == "coalesce")
      taken = expr::call("coalesce", {std::move(taken), value.expr->args.back()});
    value.expr = std::move(taken);
    value.mark = JsonMark::None;
  }
  return value;
}

// An array or object that a query's rows hold is JSON to SQLite, or a text, as it sorts and keeps
// rows: where it may, a JSON function takes none.
expr::ExprPtr CoreLowering::json_argument(const Typed& value, bool aggregate,
                                          std::size_t byte) const {
  if (value.mark == JsonMark::Json)
    lexer_.fail_at(byte,
                   "what -> or json() gives, handed on to a JSON function by another expression or "
                   "query, is JSON or a text to SQLite: write json(…) around it there");
  if (const auto* cast = value.expr->as<expr::Cast>();
      cast != nullptr && cast->affinity == Affinity::Text && may_be_json(*value.expr->args.front()))
    return expr::with_args(*value.expr, {expr::call("json_scalar", {value.expr->args.front()})});
  if (may_be_json(*value.expr) && (value.mark == JsonMark::Text || !keeps_json()))
    return expr::call("json_scalar", {value.expr});
  return aggregate ? expr::call("json_element", {value.expr}) : value.expr;
}

}  // namespace arbors::plan::select
