#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

CoreLowering::CoreLowering(Lowering& lowering, const Core& core, const CommonTables* tables,
                           const Scope* outer)
    : lowering_(lowering),
      core_(core),
      tables_(tables),
      lexer_(lowering.lexer()),
      scope_(lowering.lexer(), outer),
      around_(lowering.say({})) {}

Lowered CoreLowering::lower(const Query* query, const std::vector<OutColumn>* names,
                            Repeats repeats) {
  names_ = names;
  scope_.result_named = [this](const std::string& alias) { return result_named(alias); };
  if (query != nullptr) order_ = &query->order_by;
  find_equal();
  from();
  scope_.makes_reals = lowering_.gathers() || computes_fields();
  where();
  scope_.result_named = nullptr;
  scope_.reads_generation = !around_.inside;
  result_columns();
  const bool by_binary = std::ranges::all_of(
      items_, [](const Item& item) { return collation_of(item.value) == Collation::Binary; });
  distinct_ =
      core_.distinct && repeats != Repeats::Yes && !(repeats == Repeats::AsBinary && by_binary);
  group_keys();
  return finish(query);
}

void CoreLowering::where() {
  if (!core_.where) return;
  std::vector<expr::ExprPtr> all, conditions;
  add_conjuncts(core_.where, all);
  std::vector<std::pair<const Leaf*, bool>> partners;  // and whether they are not wanted
  if (all.size() > 1 || around_.asked == Asked::Anything) find_known(all);
  for (const expr::ExprPtr& one : all) {
    const bool negated = one->as<expr::Not>() != nullptr;
    const Leaf* leaf = leaf_of(negated ? *one->args.front() : *one);
    if (leaf != nullptr && (leaf->kind == Leaf::Kind::In || leaf->kind == Leaf::Kind::Exists) &&
        !is_over_elements(*leaf->query))
      partners.emplace_back(leaf, negated != leaf->flag);
    else
      conditions.push_back(condition_of_where(one));
  }
  if (!conditions.empty()) plan_ = make(Filter{expr::and_all(std::move(conditions))}, {plan_});
  for (const auto& [leaf, negated] : partners) keep_partners(*leaf, negated);
  // What a condition around asks of the result, SQLite asks here.
  if (around_.asked != Asked::Anything) return known_.clear();
  std::erase_if(known_, [](const KnownColumn& one) { return one.type == nullptr; });
  for (KnownColumn& one : known_) one.value = as_declared(one.column, one.type);
}

expr::ExprPtr CoreLowering::condition_of_where(const expr::ExprPtr& parsed) {
  scope_.reads_generation = generation_compared(*parsed) != nullptr;
  condition_ = parsed.get();
  expr::ExprPtr condition = lower(parsed, {"WHERE"}, core_.begin).expr;
  condition_ = nullptr;
  scope_.reads_generation = false;
  return condition;
}

// A column's values may differ from what its type makes of them, so that it shows which of both is
// read: 1 in a REAL column is 1.0 to SQLite where another condition says that it is 1.
void CoreLowering::find_known(const std::vector<expr::ExprPtr>& conditions) {
  for (auto one = conditions.rbegin(); one != conditions.rend();
       ++one) {  // SQLite's last goes first
    const auto* compare = (*one)->as<expr::Compare>();
    if (compare != nullptr && compare->op == expr::Comparison::Equal) note_known(**one);
  }
}

void CoreLowering::note_known(const expr::Expr& condition) try {
  for (const std::size_t at : {1, 0}) {
    const Leaf* name = leaf_of(*condition.args[at]);
    const expr::Expr& value = *condition.args[1 - at];
    const bool plain = value.as<expr::Cast>() == nullptr && value.as<expr::Collate>() == nullptr;
    if (name == nullptr || name->kind != Leaf::Kind::Name || !plain || leaf_of(value) != nullptr ||
        !expr::is_constant(value))
      continue;
    const auto column = scope_.column_named(*name);
    if (!column || collation_of(*column) != Collation::Binary ||
        std::ranges::any_of(known_, [&](const KnownColumn& known) {
          return expr::equal(*known.column, *column->expr);
        }))
      continue;
    if (const expr::ExprPtr known = known_value(*column, expr::evaluate_constant(value)))
      known_.push_back(
          {column->expr, known, &condition,
           column->settled || !column->affinity ? nullptr : type_of(*column->affinity)});
  }
} catch (const Error&) {
  // What cannot be computed fails where it is run.
}

// What SQLite reads in a column's place that is equal to a constant; null: the column. Of one that
// a query in FROM computes it depends on how it plans.
expr::ExprPtr CoreLowering::known_value(const Typed& column, const Value& constant) {
  if (column.computed && !column.affinity)
    return constant.is_number()
               ? as_declared(column.expr, constant.kind == ValueKind::Real ? "REAL" : "INTEGER")
               : nullptr;
  if (column.computed || column.affinity.value_or(Affinity::None) == Affinity::None) return nullptr;
  return expr::constant(apply_affinity(constant, *column.affinity));
}

Typed CoreLowering::known_in_where(Typed column, const Leaf& name) const {
  const auto known = std::ranges::find_if(known_, [&](const KnownColumn& one) {
    return one.condition != condition_ && expr::equal(*one.column, *column.expr);
  });
  if (known != known_.end()) {
    column.expr = known->value;
    return column;
  }
  const bool equal_around = std::ranges::any_of(equal_around_, [&](const std::string& one) {
    return same_name(one, name.words.back().text);
  });
  if (condition_ == nullptr || !equal_around || column.settled || !column.affinity) return column;
  if (const char* type = type_of(*column.affinity)) column.expr = as_declared(column.expr, type);
  return column;
}

// SQLite makes one query of this and one in its FROM, or asks its conditions there.
void CoreLowering::find_equal() {
  for (const std::string& name : around_.equal)
    for (const ResultColumn& column : core_.columns) {
      const Leaf* leaf = column.expr ? leaf_of(*column.expr) : nullptr;
      if (!column.expr) {
        equal_around_.push_back(name);
      } else if (leaf != nullptr && leaf->kind == Leaf::Kind::Name &&
                 same_name(column.alias.empty() ? leaf->words.back().text : column.alias, name)) {
        equal_around_.push_back(leaf->words.back().text);
      }
    }
  equal_ = equal_around_;
  std::vector<expr::ExprPtr> conditions;
  if (core_.where) add_conjuncts(core_.where, conditions);
  for (const expr::ExprPtr& one : conditions) {
    const auto* compare = one->as<expr::Compare>();
    if (compare == nullptr || compare->op != expr::Comparison::Equal) continue;
    for (const expr::ExprPtr& side : one->args)
      if (const Leaf* leaf = leaf_of(*side); leaf != nullptr && leaf->kind == Leaf::Kind::Name)
        equal_.push_back(leaf->words.back().text);
  }
}

// WHERE and ON may name a result column, as in SQLite; its own expression may not name it again.
std::optional<Typed> CoreLowering::result_named(const std::string& alias) {
  for (const ResultColumn& column : core_.columns) {
    if (!column.expr || column.alias.empty() || !same_name(column.alias, alias)) continue;
    const auto kept = std::exchange(scope_.result_named, nullptr);
    Typed value = lower(column.expr, {"WHERE"}, column.begin);
    scope_.result_named = kept;
    return value;
  }
  return std::nullopt;
}

void CoreLowering::result_columns() {
  for (const ResultColumn& column : core_.columns) {
    if (!column.expr) {
      star(column);
      continue;
    }
    Typed value = lower_stored(column.expr, {"the result", true, true}, column.begin);
    std::string name = name_of(column, value);
    if (!column.alias.empty()) scope_.aliases.push_back({column.alias, value});
    add_item({name, name, std::move(value), column.begin, column.end});
  }
}

void CoreLowering::star(const ResultColumn& column) {
  const ScopeTable* only = nullptr;
  if (column.table) {
    only = scope_.table_named({}, column.table->text);
    if (only == nullptr) lexer_.fail_at(column.begin, "no such table: " + column.table->text);
  }
  if (scope_.tables.empty()) lexer_.fail_at(column.begin, "no tables specified");
  for (Scope::Found& found : scope_.star(only))
    add_item({found.name, found.name, std::move(found.value), column.begin, column.begin + 1});
}

void CoreLowering::add_item(Item item) {
  if (names_ != nullptr)
    item.name = items_.size() < names_->size() ? (*names_)[items_.size()].name
                                               : std::to_string(items_.size());
  for (const Item& other : items_)
    if (other.name == item.name)
      lexer_.fail_at(item.begin, "two result columns are named " + item.name +
                                     ", and a tree has one field of a name: rename one with AS");
  items_.push_back(std::move(item));
}

// As SQLite names result columns: by AS, a column by its own name, all else by its text.
std::string CoreLowering::name_of(const ResultColumn& column, const Typed&) const {
  if (!column.alias.empty()) return column.alias;
  if (const Leaf* leaf = leaf_of(*column.expr); leaf != nullptr && leaf->kind == Leaf::Kind::Name)
    return scope_.find(*leaf).name;
  return std::string(lexer_.source().substr(column.begin, column.end - column.begin));
}

// Tells whether the query is SELECT _tree FROM one table, which gives its trees.
bool CoreLowering::is_whole_tree() const {
  if (items_.size() != 1 || core_.columns.size() != 1 || !core_.columns[0].alias.empty() ||
      distinct_ || !keys_.empty() || !calls_.empty())
    return false;
  const Path* path = bare_path(*items_.front().value.expr);
  return path != nullptr &&
         std::any_of(scope_.tables.begin(), scope_.tables.end(),
                     [&](const ScopeTable& table) { return table.trees && table.root == *path; });
}

// An ORDER BY term: a result column by position or name, else an expression.
Typed CoreLowering::term(const OrderTerm& one, const Clause& clause) {
  if (const auto position = position_of(one, lexer_)) {
    if (*position < 1 || *position > static_cast<std::int64_t>(items_.size()))
      lexer_.fail_at(one.begin, "ORDER BY: there is no result column " + std::to_string(*position) +
                                    " (there are " + std::to_string(items_.size()) + ")");
    return items_[static_cast<std::size_t>(*position) - 1].value;
  }
  const expr::Expr* bare = one.expr.get();
  std::optional<Collation> collation;
  if (const auto* collate = bare->as<expr::Collate>()) {
    collation = collate->collation;
    bare = bare->args.front().get();
  }
  if (const Leaf* leaf = leaf_of(*bare); leaf != nullptr && leaf->kind == Leaf::Kind::Name &&
                                         leaf->words.size() == 1 && leaf->steps.empty())
    for (const Alias& alias : scope_.aliases) {
      if (!same_name(alias.name, leaf->words.front().text)) continue;
      Typed value = alias.value;
      if (collation) {
        value.collation = collation;
        value.explicit_collation = true;
      }
      return value;
    }
  return lower(one.expr, clause, one.begin);
}

// Writes an expression as one over the result's fields, which DISTINCT leaves alone.
Typed CoreLowering::over_result(const Typed& value, std::size_t byte) {
  for (const Item& item : items_) {
    if (!expr::equal(*item.value.expr, *value.expr)) continue;
    Typed found = value;
    found.expr = expr::path(field(item.name));
    return found;
  }
  lexer_.fail_at(byte,
                 "an ORDER BY of SELECT DISTINCT that is no result column is not understood here");
}

std::vector<SortKey> CoreLowering::sort_keys(const std::vector<OrderTerm>& terms) {
  std::vector<SortKey> keys;
  for (const OrderTerm& one : terms)
    keys.push_back(sort_key(one, term(one, {"ORDER BY", true, true})));
  return keys;
}

// DISTINCT: the result's columns become fields, by which the rows' order is told from then on.
void CoreLowering::keep_distinct(std::vector<SortKey>& keys, const std::vector<OrderTerm>& order) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Typed value{keys[i].expr, {}, {}, false, false};
    keys[i].expr = over_result(value, order[i].begin).expr;
  }
  project();
  UniqueBy unique;
  const bool apart =
      around_.asked == Asked::Anything ||
      (around_.asked == Asked::Compared && std::ranges::any_of(items_, [](const Item& item) {
         return holds_other_than_texts(item.value);
       }));
  const bool ordered = in_order_ && !apart && !aggregates() && windows_.empty();
  if (!ordered && !around_.unseen) unique.doubt = doubt_of_equals(lexer_, core_.begin);
  for (const Item& item : items_) {
    Typed value = item.value;
    value.expr = expr::path(field(item.name));
    unique.keys.push_back(as_key(value));
  }
  plan_ = make(std::move(unique), {plan_});
}

// The result is whole trees; of several joined, those of one.
void CoreLowering::give_trees() {
  if (scope_.tables.front().root.steps.empty()) return;
  Project trees;
  trees.fields.push_back({{}, items_.front().value.expr, true});
  plan_ = make(std::move(trees), {plan_});
}

Lowered CoreLowering::finish(const Query* query) {
  Typed having;
  calls_of_items_ = calls_.size();
  if (core_.having) {
    const bool reads = std::exchange(scope_.reads_generation, false);
    having.expr = this->having();
    scope_.reads_generation = reads;
  }
  static const std::vector<OrderTerm> kNoOrder;
  const std::vector<OrderTerm>& order = query != nullptr ? query->order_by : kNoOrder;
  calls_of_having_ = calls_.size();
  std::vector<SortKey> keys = sort_keys(order);
  Lowered result;
  for (const Item& item : items_)
    result.columns.push_back({item.name, item.own_name, item.value.affinity, item.value.collation,
                              // CAST AS NUMERIC leaves 1.0, of which a column makes 1
                              item.value.settled && item.value.affinity != Affinity::Numeric,
                              item.value.explicit_collation, item.value.mixed, item.value.mark,
                              item.value.computed || bare_path(*item.value.expr) == nullptr});
  result.in_order = in_order_ && !aggregates() && !distinct_ && windows_.empty() && order.empty();
  result.whole_trees = is_whole_tree();
  if (aggregates()) {
    find_bare_columns(keys, having);
    group(!around_.unseen && shows_keys(keys, having));
  }
  add_scalars();
  if (having.expr) plan_ = make(Filter{finished(having.expr, core_.begin)}, {plan_});
  add_windows();
  for (Item& item : items_) item.value.expr = finished(item.value.expr, item.begin);
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i].expr = finished(keys[i].expr, order[i].begin);
  if (distinct_) keep_distinct(keys, order);
  if (!keys.empty()) plan_ = make(Sort{std::move(keys), {}, false, false}, {plan_});
  if (query != nullptr) plan_ = limited(std::move(plan_), *query, lexer_);
  if (!distinct_ && !result.whole_trees) project();
  if (result.whole_trees) give_trees();
  result.plan = plan_;
  return result;
}

void CoreLowering::project() {
  Project project;
  for (const Item& item : items_) project.fields.push_back({item.name, item.value.expr, true});
  plan_ = make(std::move(project), {plan_});
}

}  // namespace arbors::plan::select
