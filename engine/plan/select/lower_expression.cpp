// Expressions of a SELECT: names are looked up, and the forms built anew over what they stand for.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/builder.h"
#include "engine/expr/function.h"
#include "engine/plan/rewrite.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/json_path.h"

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

Typed CoreLowering::lower_call(const expr::ExprPtr& parsed, const Clause& clause,
                               std::size_t byte) {
  const expr::Function& function = *parsed->as<expr::Call>()->function;
  lowering_.note_call(function.name, parsed->args.size(), byte);
  std::vector<Typed> operands;
  for (const expr::ExprPtr& arg : parsed->args) {
    const bool of_elements = function.shape == expr::Function::Shape::Elements && !operands.empty();
    operands.push_back(of_elements ? constant(element_expression(arg)) : lower(arg, clause, byte));
  }
  try {
    return with_operands(*parsed, std::move(operands));
  } catch (const Error& error) {
    lexer_.fail_at(byte, error.what());
  }
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

Typed CoreLowering::lower_leaf(const Leaf& leaf, const Clause& clause) {
  switch (leaf.kind) {
    case Leaf::Kind::Name: {
      Scope::Found found = scope_.find(leaf);
      if (found.level > 0) return outer_name(leaf, found);
      return std::move(found.value);
    }
    case Leaf::Kind::Aggregate:
      return aggregate(leaf, clause);
    case Leaf::Kind::Access:
      return lower_access(leaf, clause);
    case Leaf::Kind::Window:
      return window(leaf, clause);
    case Leaf::Kind::Scalar:
      return scalar(leaf, clause);
    default:
      lexer_.fail_at(leaf.begin,
                     "IN and EXISTS over a query are understood here as conditions that AND joins "
                     "in WHERE; elsewhere they are not understood here");
  }
}

Typed CoreLowering::lower_access(const Leaf& leaf, const Clause& clause) {
  Typed base = lower(leaf.args[0], clause, leaf.begin);
  const Path* path = bare_path(*base.expr);
  const auto* label = leaf.args[1]->as<expr::Constant>();
  if (path == nullptr || label == nullptr)
    lexer_.fail_at(leaf.begin, "-> and ->> are understood here behind a column, with a constant");
  Path whole = *path;
  try {
    for (PathStep& step : json_steps(label->value)) whole.steps.push_back(std::move(step));
  } catch (const Error& error) {
    lexer_.fail_at(leaf.begin, error.what());
  }
  if (!leaf.flag) lexer_.fail_at(leaf.begin, "-> is not understood here (->> gives the value)");
  expr::ExprPtr value = expr::path(std::move(whole));
  // A text may be JSON to SQLite, which then looks into it; a whole tree is none.
  const bool tree =
      std::any_of(scope_.tables.begin(), scope_.tables.end(),
                  [&](const ScopeTable& table) { return table.trees && table.root == *path; });
  if (tree) return constant(std::move(value));
  return constant(expr::call("coalesce", {value, expr::call("no_text", {base.expr})}));
}

}  // namespace arbors::plan::select
