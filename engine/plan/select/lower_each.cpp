// json_each(list) in FROM: a row of each element, as SQLite gives them.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

std::vector<Column> each_columns() {
  const auto column = [](const char* name, Column::Of of) {
    Column made;
    made.name = name;
    made.of = of;
    return made;
  };
  using Of = Column::Of;
  return {column("key", Of::Value),       column("value", Of::Value), column("type", Of::JsonType),
          column("atom", Of::JsonAtom),   column("id", Of::Nothing),  column("parent", Of::Nothing),
          column("fullkey", Of::Nothing), column("path", Of::Nothing)};
}

namespace {

bool holds_always(const expr::Expr& condition) {
  const auto* constant = condition.as<expr::Constant>();
  return constant != nullptr && constant->value.kind == ValueKind::Integer &&
         constant->value.integer != 0;
}

}  // namespace

void CoreLowering::each(const FromItem& item, ScopeTable table) {
  const bool outer = item.join == FromItem::Join::Left;
  if ((item.on && outer && !holds_always(*item.on)) || !item.columns.empty() || item.natural)
    lexer_.fail_at(item.begin, "a condition of the join with json_each is not understood here");
  const Typed list = lower(item.argument, {"json_each", false}, item.begin);
  if (bare_path(*list.expr) == nullptr)
    lexer_.fail_at(item.begin,
                   "json_each over anything but a column or a path is not understood here");
  const std::string name = table.root.steps.front().key;
  // The elements' indexes are made only where a query speaks of a key.
  const auto& leaves = lowering_.statement().leaves;
  const bool keyed = std::any_of(leaves.begin(), leaves.end(), [](const Leaf& leaf) {
    return leaf.kind == Leaf::Kind::Name && same_name(leaf.words.back().text, "key");
  });
  const std::string key = fresh_field(name + " key");
  Explode explode;
  explode.path = table.root;
  explode.as = name;
  explode.outer = outer;
  explode.each = true;
  if (keyed) explode.key = key;
  AddField add;
  add.fields.push_back({arbors::to_text(table.root), list.expr});
  plan_ = make(std::move(explode), {make(std::move(add), {plan_})});
  table.columns = std::make_shared<const std::vector<Column>>(each_columns());
  table.trees = false;
  table.each_key = field(key);
  scope_.tables.push_back(std::move(table));
  if (item.on && !outer) plan_ = make(Filter{lower(item.on, {"ON"}, item.begin).expr}, {plan_});
}

}  // namespace arbors::plan::select
