// Reads joins: (plan) [as n] on e = e' [and …].
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/join.h"
#include "engine/plan/stage_parsers.h"
#include "engine/plan/stage_reader.h"

namespace arbors::plan {
namespace {

bool reads(const expr::Expr& expr) { return !expr::paths(expr).empty(); }

// The pair of keys that a condition of the list is; its left side reads the left trees, its right
// side the right ones.
std::optional<JoinKey> pair_of(const expr::ExprPtr& condition) {
  const auto* compare = condition->as<expr::Compare>();
  const auto* is = condition->as<expr::Is>();
  const bool equal = compare != nullptr && compare->op == expr::Comparison::Equal;
  if (!equal && (is == nullptr || is->negated)) return std::nullopt;
  JoinKey key = join_key(condition->args[0], condition->args[1]);
  key.nulls_equal = is != nullptr;
  return key;
}

void read_conditions(StageReader& reader, Join& join) {
  const std::size_t begin = reader.lexer().peek().begin;
  std::vector<expr::ExprPtr> others;
  bool of_both = false;
  for (const expr::ExprPtr& condition : conjuncts(reader.expression())) {
    if (auto key = pair_of(condition)) {
      of_both = of_both || (reads(*key->left) && reads(*key->right));
      join.keys.push_back(std::move(*key));
    } else {
      others.push_back(condition);
    }
  }
  if (!of_both)
    reader.lexer().fail_at(begin,
                           "a join needs an equality of the left and the right tree: e = e'");
  if (!others.empty()) join.residual = expr::and_all(std::move(others));
}

NodePtr read_join(StageReader& reader, NodePtr input, Join::Kind kind) {
  if (kind != Join::Kind::Inner) reader.lexer().expect_keyword("join");
  Join join;
  join.kind = kind;
  NodePtr right = reader.plan_in_parens();
  const bool pairs = kind == Join::Kind::Inner || kind == Join::Kind::Left;
  if (reader.lexer().accept_keyword("as"))
    join.as = reader.name();
  else if (pairs)
    reader.lexer().fail("expected `as n`: the field of the right tree");
  reader.lexer().expect_keyword("on");
  read_conditions(reader, join);
  return make(std::move(join), {std::move(input), std::move(right)});
}

}  // namespace

NodePtr join_stage(StageReader& reader, NodePtr input) {
  return read_join(reader, std::move(input), Join::Kind::Inner);
}

NodePtr left_join_stage(StageReader& reader, NodePtr input) {
  return read_join(reader, std::move(input), Join::Kind::Left);
}

NodePtr semi_join_stage(StageReader& reader, NodePtr input) {
  return read_join(reader, std::move(input), Join::Kind::Semi);
}

NodePtr anti_join_stage(StageReader& reader, NodePtr input) {
  return read_join(reader, std::move(input), Join::Kind::Anti);
}

}  // namespace arbors::plan
