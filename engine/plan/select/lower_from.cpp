// FROM: each item's trees under its alias, joined from left to right. A single item's trees stand
// as they are.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/builder.h"
#include "engine/plan/join.h"
#include "engine/plan/rewrite.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/words.h"

namespace arbors::plan::select {
namespace {

// The columns of a query, which are all that is seen of it.
void add_columns(ScopeTable& table, const Lowered& query) {
  for (const OutColumn& column : query.columns)
    table.columns.push_back({column.name, query.whole_trees ? Path{} : field(column.name),
                             column.affinity, column.collation.value_or(Collation::Binary), true,
                             column.settled});
  table.trees = false;
}

}  // namespace

// Where there is more than one item, or fields are computed beside the trees, each item's tree has
// a field of its own.
void CoreLowering::from() {
  if (core_.from.empty()) {  // one row without columns
    plan_ = make(Source{Source::Kind::Json, {}, "[{}]", {}, {}, {}});
    return;
  }
  const bool apart = core_.from.size() > 1 || computes_fields();
  for (const FromItem& item : core_.from) {
    ScopeTable table;
    table.alias = item.alias.empty() ? item.name : item.alias;
    if (&item != &core_.from.front()) {
      next_item(item, std::move(table));
      continue;
    }
    if (item.kind == FromItem::Kind::Each)
      lexer_.fail_at(item.begin, "json_each is understood here behind the table that it reads");
    if (item.on) lexer_.fail_at(item.begin, "ON without a join is not understood here");
    plan_ = from_item(item, table);
    if (apart) {
      table.root = field(fresh_field(table.alias));
      plan_ = make(Project{{{table.root.steps.front().key, expr::path({})}}}, {plan_});
    }
    scope_.tables.push_back(std::move(table));
  }
}

// Gives a field of the joined trees a name that no other has.
std::string CoreLowering::fresh_field(const std::string& wanted) {
  std::string name = wanted.empty() ? "query" : wanted;
  for (unsigned number = 2; std::find(fields_.begin(), fields_.end(), name) != fields_.end();
       ++number)
    name = wanted + '_' + std::to_string(number);
  fields_.push_back(name);
  return name;
}

void CoreLowering::next_item(const FromItem& item, ScopeTable table) {
  table.root = field(fresh_field(table.alias));
  if (item.kind == FromItem::Kind::Each) return each(item, std::move(table));
  NodePtr right = from_item(item, table);
  Join join;
  join.kind = item.join == FromItem::Join::Left ? Join::Kind::Left : Join::Kind::Inner;
  join.as = table.root.steps.front().key;
  join.any_order = true;
  for (const expr::ExprPtr& shared : shared_columns(item, table)) add_condition(join, shared);
  scope_.tables.push_back(std::move(table));
  if (item.on) add_condition(join, lower(item.on, {"ON", false}, item.begin).expr);
  plan_ = make(std::move(join), {plan_, std::move(right)});
}

// The equalities that USING and NATURAL stand for.
std::vector<expr::ExprPtr> CoreLowering::shared_columns(const FromItem& item,
                                                        const ScopeTable& table) {
  std::vector<Word> names = item.columns;
  if (item.natural)
    for (const Column& column : table.columns)
      if (column.visible && scope_.column(column.name)) names.push_back({column.name, true});
  std::vector<expr::ExprPtr> equal;
  for (const Word& name : names) {
    const auto left = scope_.column(name.text);
    const auto right =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const Column& column) { return same_name(column.name, name.text); });
    if (!left || right == table.columns.end())
      lexer_.fail_at(item.begin, "cannot join using column " + name.text +
                                     " - column not present in both tables");
    const expr::ExprPtr none = expr::constant(Value::null());
    equal.push_back(with_operands(*expr::compare(expr::Comparison::Equal, none, none),
                                  {left->value, scope_.column_of(table, *right).value})
                        .expr);
    scope_.shared.push_back(name.text);
  }
  return equal;
}

NodePtr CoreLowering::from_item(const FromItem& item, ScopeTable& table) {
  if (item.kind == FromItem::Kind::Query) {
    Lowered inner = lowering_.query(*item.query, tables_, nullptr);
    add_columns(table, inner);
    return inner.plan;
  }
  if (item.kind == FromItem::Kind::Table && item.schema.empty() && !item.generation)
    for (const CommonTables* known = tables_; known != nullptr; known = known->outer)
      if (known->table != nullptr && same_name(known->table->name, item.name))
        return common_table(item, *known, table);
  Source source;
  source.kind = item.kind == FromItem::Kind::Handle ? Source::Kind::Handle : Source::Kind::Name;
  source.schema = item.schema;
  source.name = item.name;
  source.generation = item.generation;
  table.schema = item.schema;
  table.table = item.name;
  try {
    Table known = lowering_.catalog().table(source);
    table.columns = std::move(known.columns);
    table.trees = known.trees;
    table.in_memory = known.in_memory;
    for (const Column& column : table.columns)
      if (column.collation != Collation::Binary)
        lowering_.check_collation(column.collation, item.begin);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::NotFound && error.code() != ErrorCode::Invalid) throw;
    try {
      lexer_.fail_at(item.begin, error.what());
    } catch (const Error& placed) {
      throw Error(error.code(), placed.what());
    }
  }
  return make(std::move(source));
}

// A query of WITH sees the names before it.
NodePtr CoreLowering::common_table(const FromItem& item, const CommonTables& found,
                                   ScopeTable& table) {
  const CommonTable& common = *found.table;
  Lowered inner = lowering_.query(*common.query, found.outer, nullptr);
  if (!common.columns.empty() && common.columns.size() != inner.columns.size())
    lexer_.fail_at(common.begin, "table " + common.name + " has " +
                                     std::to_string(inner.columns.size()) + " values for " +
                                     std::to_string(common.columns.size()) + " columns");
  table.table = item.name;
  add_columns(table, inner);
  for (std::size_t i = 0; i < common.columns.size(); ++i) table.columns[i].name = common.columns[i];
  return inner.plan;
}

}  // namespace arbors::plan::select
