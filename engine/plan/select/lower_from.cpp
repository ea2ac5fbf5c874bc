// FROM: each item's trees under its alias, joined from left to right. A single item's trees stand
// as they are.
#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/join.h"
#include "engine/plan/select/call_names.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"
#include "engine/plan/window.h"

namespace arbors::plan::select {
namespace {

// The columns of a query, which are all that is seen of it.
std::vector<Column> columns_of(const Lowered& query) {
  std::vector<Column> columns;
  for (const OutColumn& column : query.columns) {
    columns.push_back({column.name, query.whole_trees ? Path{} : field(column.name),
                       column.affinity, column.collation.value_or(Collation::Binary), true,
                       column.settled});
    columns.back().mixed = column.mixed;
    columns.back().mark = column.mark;
    columns.back().computed = column.computed;
  }
  return columns;
}

void see_columns(ScopeTable& table, std::vector<Column> columns) {
  table.columns = std::make_shared<const std::vector<Column>>(std::move(columns));
  table.trees = false;
}

}  // namespace

// Where there is more than one item, or fields are computed beside the trees, each item's tree has
// a field of its own.
void CoreLowering::from() {
  in_order_ = std::all_of(core_.from.begin(), core_.from.end(), [&](const FromItem& item) {
    return &item == &core_.from.front() || item.kind == FromItem::Kind::Each;
  });
  in_order_ = in_order_ && !lowering_.reads_by_parts();
  if (core_.from.empty()) {  // one row without columns
    plan_ = make(Source{Source::Kind::Json, {}, "[{}]", {}, {}, {}});
    return;
  }
  const bool apart = core_.from.size() > 1 || computes_fields() || names_identity();
  for (const FromItem& item : core_.from) {
    ScopeTable table;
    table.alias = item.alias.empty() ? item.name : item.alias;
    if (&item != &core_.from.front()) {
      next_item(item, std::move(table));
      continue;
    }
    if (item.kind == FromItem::Kind::Each)
      lexer_.fail_at(item.begin,
                     "json_each that is not behind the table it reads is not understood here");
    if (item.on) lexer_.fail_at(item.begin, "ON without a join is not understood here");
    plan_ = from_item(item, table);
    if (apart) {
      table.root = field(fresh_field(table.alias));
      plan_ = make(Project{{{table.root.steps.front().key, expr::path({})}}}, {plan_});
      if (table.stored && names_identity())
        plan_ = with_identity(std::move(plan_), table, Path(), table.root.steps.front().key);
    }
    scope_.tables.push_back(std::move(table));
  }
}

// What `_generation = n` in WHERE says of a table: the state that is read.
std::optional<Value> CoreLowering::generation_asked(const FromItem& item) const {
  std::vector<expr::ExprPtr> conditions;
  if (core_.where) add_conjuncts(core_.where, conditions);
  for (const expr::ExprPtr& one : conditions) {
    const Leaf* name = generation_compared(*one);
    if (name == nullptr) continue;
    const std::string& alias = item.alias.empty() ? item.name : item.alias;
    const bool meant = name->words.size() == 1 ? core_.from.size() == 1
                                               : same_name(name->words.front().text, alias);
    if (meant)
      return one->args[leaf_of(*one->args[0]) == name ? 1 : 0]->as<expr::Constant>()->value;
  }
  return std::nullopt;
}

// The name in `_generation = n`, n a whole number; null: the condition is another one.
const Leaf* CoreLowering::generation_compared(const expr::Expr& condition) const {
  const auto* compare = condition.as<expr::Compare>();
  if (compare == nullptr || compare->op != expr::Comparison::Equal) return nullptr;
  for (const std::size_t at : {0, 1}) {
    const Leaf* leaf = leaf_of(*condition.args[at]);
    const auto* number = condition.args[1 - at]->as<expr::Constant>();
    if (leaf != nullptr && leaf->kind == Leaf::Kind::Name && leaf->steps.empty() &&
        leaf->words.size() <= 2 && same_name(leaf->words.back().text, "_generation") &&
        number != nullptr && number->value.kind == ValueKind::Integer)
      return leaf;
  }
  return nullptr;
}

// Tells whether a text may speak of rowids or places.
bool CoreLowering::names_identity() const {
  static constexpr std::array<std::string_view, 5> kNames{"rowid", "oid", "_rowid_", "_index",
                                                          "_generation"};
  const auto& leaves = lowering_.statement().leaves;
  return std::any_of(leaves.begin(), leaves.end(), [](const Leaf& leaf) {
    return leaf.kind == Leaf::Kind::Name &&
           std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
             return same_name(leaf.words.back().text, name);
           });
  });
}

// Adds to an Arbor's trees, which stand in a field, what they are in it. `seen_at` is where the
// names of these fields begin when all is joined.
NodePtr CoreLowering::with_identity(NodePtr plan, ScopeTable& table, const Path& seen_at,
                                    const std::string& tree) {
  Window identity;
  const auto add = [&](std::string_view function, Path& path) {
    WindowCall& call = identity.calls.emplace_back();
    call.function = find_window_function(function);
    call.name = seen_at.steps.empty() ? fresh_field(tree + ' ' + std::string(function))
                                      : std::string(function);
    path = seen_at;
    path.steps.push_back(field(call.name).steps.front());
  };
  add("rowid", table.rowid);
  add("position", table.place);
  add("generation", table.generation);
  return make(std::move(identity), {std::move(plan)});
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
  if (table.stored && names_identity()) {
    right = make(Project{{{"tree", expr::path({})}}}, {std::move(right)});
    right = with_identity(std::move(right), table, table.root, "tree");
    table.root.steps.push_back(field("tree").steps.front());
  }
  Join join;
  join.kind = item.join == FromItem::Join::Left ? Join::Kind::Left : Join::Kind::Inner;
  join.as = table.root.steps.front().key;
  join.any_order = !lowering_.takes_in_order();
  join.keyless = refusal_at(lexer_, item.begin,
                            "a join needs an equality of the left and the right tree (e = e'): one "
                            "without is not understood here");
  for (const expr::ExprPtr& shared : shared_columns(item, table)) add_condition(join, shared);
  scope_.tables.push_back(std::move(table));
  if (item.on) add_condition(join, lower(item.on, {"ON", false, false, true}, item.begin).expr);
  plan_ = make(std::move(join), {plan_, std::move(right)});
}

// The equalities that USING and NATURAL stand for.
std::vector<expr::ExprPtr> CoreLowering::shared_columns(const FromItem& item,
                                                        const ScopeTable& table) {
  std::vector<Word> names = item.columns;
  if (item.natural)
    for (const Column& column : *table.columns)
      if (column.visible && scope_.column(column.name)) names.push_back({column.name, true});
  std::vector<expr::ExprPtr> equal;
  for (const Word& name : names) {
    const auto left = scope_.column(name.text);
    const auto right =
        std::find_if(table.columns->begin(), table.columns->end(),
                     [&](const Column& column) { return same_name(column.name, name.text); });
    if (!left || right == table.columns->end())
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

// What a condition asks of columns: of a column as it is compared with a constant, or of columns of
// two tables, which no query sees inside, the same of values that are equal.
Asked CoreLowering::asked_by(const expr::Expr& parsed) const {
  const auto name = [&](const expr::ExprPtr& one) {
    const Leaf* leaf = leaf_of(*one);
    return leaf != nullptr && leaf->kind == Leaf::Kind::Name && !is_computed_alias(*leaf) ? leaf
                                                                                          : nullptr;
  };
  const auto is_value = [&](const expr::ExprPtr& one) {
    return one->as<expr::Constant>() != nullptr ||
           (one->as<expr::Parameter>() != nullptr && leaf_of(*one) == nullptr) ||
           (one->as<expr::UnaryOp>() != nullptr && one->args[0]->as<expr::Constant>() != nullptr);
  };
  if (parsed.as<expr::And>() || parsed.as<expr::Or>() || parsed.as<expr::Not>()) {
    Asked most = Asked::Compared;
    for (const expr::ExprPtr& one : parsed.args) most = std::max(most, asked_by(*one));
    return most;
  }
  const auto names = std::ranges::count_if(parsed.args, name);
  const auto values = std::ranges::count_if(parsed.args, is_value);
  const bool plain = static_cast<std::size_t>(names + values) == parsed.args.size();
  if (parsed.as<expr::Compare>() != nullptr && names == 2) {
    const Leaf& left = *name(parsed.args[0]);
    const Leaf& right = *name(parsed.args[1]);
    return left.words.size() != 2 || right.words.size() != 2 ||
                   same_name(left.words[0].text, right.words[0].text)
               ? Asked::Anything
               : Asked::Compared;
  }
  const bool compares = parsed.as<expr::Compare>() || parsed.as<expr::Is>() ||
                        parsed.as<expr::IsNull>() || parsed.as<expr::Between>() ||
                        parsed.as<expr::In>();
  const bool constant = leaf_of(parsed) == nullptr && parsed.args.empty();
  return constant || (compares && plain && names <= 1) ? Asked::Compared : Asked::Anything;
}

// Tells whether a name may be that of a result column that is computed.
bool CoreLowering::is_computed_alias(const Leaf& name) const {
  return name.words.size() == 1 &&
         std::ranges::any_of(core_.columns, [&](const ResultColumn& column) {
           return column.expr && is_computed(column) &&
                  same_name(column.alias, name.words.front().text);
         });
}

bool CoreLowering::is_computed(const ResultColumn& column) const {
  if (!column.expr) return false;
  const Leaf* leaf = leaf_of(*column.expr);
  return leaf == nullptr || leaf->kind != Leaf::Kind::Name;
}

// What is asked of the columns of the queries in FROM, here and by the query around.
Asked CoreLowering::asked_of_items() const {
  Asked most = around_.asked;
  if (most == Asked::Compared &&
      std::ranges::any_of(core_.columns,
                          [&](const ResultColumn& column) { return is_computed(column); }))
    most = Asked::Anything;
  if (core_.where) most = std::max(most, asked_by(*core_.where));
  for (const FromItem& item : core_.from)
    if (item.on) most = std::max(most, asked_by(*item.on));
  return most;
}

bool CoreLowering::only_counts_rows() const {
  const auto counts = [&](const ResultColumn& column) {
    const Leaf* leaf = column.expr ? leaf_of(*column.expr) : nullptr;
    return leaf != nullptr && leaf->kind == Leaf::Kind::Aggregate && leaf->args.empty() &&
           !leaf->filter && aggregate_named(leaf->words.front().text) != nullptr &&
           aggregate_named(leaf->words.front().text)->kind == AggregateKind::Count;
  };
  return core_.from.size() == 1 && !core_.where && core_.group_by.empty() && !core_.having &&
         (order_ == nullptr || order_->empty()) &&
         std::all_of(core_.columns.begin(), core_.columns.end(), counts);
}

Lowered CoreLowering::query_in_from(const Query& query, const CommonTables* tables) {
  lowering_.say({asked_of_items(), only_counts_rows(), true, equal_});
  Lowered inner = lowering_.query(query, tables, nullptr);
  in_order_ = in_order_ && inner.in_order;
  return inner;
}

NodePtr CoreLowering::from_item(const FromItem& item, ScopeTable& table) {
  if (item.kind == FromItem::Kind::Query) {
    Lowered inner = query_in_from(*item.query, tables_);
    see_columns(table, columns_of(inner));
    return inner.plan;
  }
  if (item.kind == FromItem::Kind::Table && item.schema.empty() && !item.when)
    for (const CommonTables* known = tables_; known != nullptr; known = known->outer)
      if (known->table != nullptr && same_name(known->table->name, item.name))
        return common_table(item, *known, table);
  Source source;
  source.kind = item.kind == FromItem::Kind::Handle ? Source::Kind::Handle : Source::Kind::Name;
  source.schema = item.schema;
  source.name = item.name;
  source.when = item.when;
  if (!source.when && source.kind == Source::Kind::Name) source.when = generation_asked(item);
  table.schema = item.schema;
  table.table = item.name;
  try {
    Table known = lowering_.catalog().table(source);
    table.columns = std::move(known.columns);
    table.trees = known.trees;
    table.in_memory = known.in_memory;
    in_order_ = in_order_ && !known.in_memory;
    table.stored = known.stored;
    for (const Column& column : *table.columns)
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
  Lowered inner = query_in_from(*common.query, found.outer);
  if (!common.columns.empty() && common.columns.size() != inner.columns.size())
    lexer_.fail_at(common.begin, "table " + common.name + " has " +
                                     std::to_string(inner.columns.size()) + " values for " +
                                     std::to_string(common.columns.size()) + " columns");
  table.table = item.name;
  std::vector<Column> columns = columns_of(inner);
  for (std::size_t i = 0; i < common.columns.size(); ++i) columns[i].name = common.columns[i];
  see_columns(table, std::move(columns));
  return inner.plan;
}

}  // namespace arbors::plan::select
