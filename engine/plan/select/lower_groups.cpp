// GROUP BY and aggregates: keys and calls are found over the joined trees, become the fields of
// groups, and all that comes after is written over these.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/call_names.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

bool same_call(const AggregateCall& left, const AggregateCall& right) {
  const auto same = [](const expr::ExprPtr& a, const expr::ExprPtr& b) {
    return a == b || (a && b && expr::equal(*a, *b));
  };
  return left.function == right.function && left.distinct == right.distinct &&
         same(left.argument, right.argument) && same(left.second, right.second) &&
         same(left.filter, right.filter);
}

bool takes_arguments(const AggregateInfo& function, const Leaf& leaf) {
  const std::size_t args = leaf.args.size();
  if (leaf.flag && function.kind != AggregateKind::Count) return false;  // count(*)
  if (leaf.distinct && args != 1) return false;
  return args >= function.least_args && args <= function.most_args;
}

}  // namespace

// Reads an aggregate's arguments and FILTER. `operands` gets the arguments as they were found.
AggregateCall CoreLowering::aggregate_call(const Leaf& leaf, const Clause& inside,
                                           std::vector<Typed>& operands) {
  const std::string& word = leaf.words.front().text;
  lowering_.note_call(word, leaf.args.size(), leaf.begin, aggregate_named(word) == nullptr);
  AggregateCall call;
  call.function = aggregate_named(word);
  if (call.function == nullptr)
    lexer_.fail_at(leaf.begin, "the window function " + word + "() needs OVER");
  if (!takes_arguments(*call.function, leaf))
    lexer_.fail_at(leaf.begin, "wrong number of arguments: " + std::string(call.function->syntax));
  const bool array = same_name(word, "json_group_array");
  const bool json = array || call.function->kind == AggregateKind::Object;
  const bool window = leaf.kind == Leaf::Kind::Window;
  for (const expr::ExprPtr& arg : leaf.args)
    operands.push_back(json && !window ? json_operand(arg, inside, leaf.begin)
                                       : lower_stored(arg, inside, leaf.begin));
  if (!operands.empty()) call.argument = as_key(operands[0]);
  if (operands.size() > 1) call.second = operands[1].expr;
  if (leaf.filter) call.filter = lower(leaf.filter, inside, leaf.begin).expr;
  call.distinct = leaf.distinct;
  if (!in_order_) call.doubt = doubt_of_equals(lexer_, leaf.begin);
  if (array && call.distinct)
    lexer_.fail_at(leaf.begin, "DISTINCT in json_group_array() is not understood here");
  if (json) {
    Typed value = operands.back();
    if (array) value.expr = call.argument;
    value.expr = json_argument(value, true, leaf.begin);
    // What a window's functions are given lies in rows that SQLite keeps.
    if (window) value.expr = expr::call("json_scalar", {value.expr});
    (array ? call.argument : call.second) = value.expr;
  }
  try {
    check_second(call);
  } catch (const Error& error) {
    lexer_.fail_at(leaf.begin, error.what());
  }
  return call;
}

Typed CoreLowering::aggregate(const Leaf& leaf, const Clause& clause) {
  if (!clause.aggregates)
    lexer_.fail_at(leaf.begin, "the aggregate " + leaf.words.front().text + "() cannot stand in " +
                                   std::string(clause.name));
  if (!leaf.order.empty())
    lexer_.fail_at(leaf.order.front().begin, "ORDER BY inside an aggregate is not understood here");
  std::vector<Typed> operands;
  AggregateCall call = aggregate_call(leaf, {"an aggregate"}, operands);
  auto known = std::find_if(calls_.begin(), calls_.end(),
                            [&](const AggregateCall& one) { return same_call(one, call); });
  if (known == calls_.end()) known = calls_.insert(known, std::move(call));
  Typed value = over_operands(
      expr::parameter(kCallValue + static_cast<std::uint32_t>(known - calls_.begin())), operands);
  const AggregateKind kind = known->function->kind;
  if (kind == AggregateKind::Min || kind == AggregateKind::Max) value.mark = operands[0].mark;
  return value;
}

void CoreLowering::group_keys() {
  const Clause clause{"GROUP BY", false};
  for (const OrderTerm& one : core_.group_by) {
    if (const auto position = position_of(one, lexer_)) {
      if (*position < 1 || *position > static_cast<std::int64_t>(items_.size()))
        lexer_.fail_at(one.begin, "GROUP BY: there is no result column " +
                                      std::to_string(*position) + " (there are " +
                                      std::to_string(items_.size()) + ")");
      keys_.push_back(items_[static_cast<std::size_t>(*position) - 1].value);
    } else {
      keys_.push_back(lower(one.expr, clause, one.begin));
    }
    if (expr::parameter_count(*keys_.back().expr) != 0)
      lexer_.fail_at(one.begin, "aggregates cannot stand in GROUP BY");
  }
}

// The min() or max() whose row gives what stands beside it: of several the one that SQLite finds
// last, in the result, then in ORDER BY, then in HAVING.
std::optional<std::size_t> CoreLowering::deciding_bound() const {
  const auto last_of = [&](std::size_t from, std::size_t end) -> std::optional<std::size_t> {
    while (end-- > from) {
      const AggregateKind kind = calls_[end].function->kind;
      if (kind == AggregateKind::Min || kind == AggregateKind::Max) return end;
    }
    return std::nullopt;
  };
  if (const auto found = last_of(calls_of_items_, calls_of_having_)) return found;
  if (const auto found = last_of(calls_of_having_, calls_.size())) return found;
  return last_of(0, calls_of_items_);
}

bool CoreLowering::shows_key(const expr::ExprPtr& expr) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const Typed& key) { return expr::equal(*key.expr, *expr); }) ||
         std::any_of(expr->args.begin(), expr->args.end(),
                     [&](const expr::ExprPtr& arg) { return shows_key(arg); });
}

// Whether it can be seen which of equal keys stands for a group: an order by one as it is does not
// tell them apart.
bool CoreLowering::shows_keys(const std::vector<SortKey>& order, const Typed& having) const {
  const auto is_key = [&](const expr::ExprPtr& expr) {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Typed& key) { return expr::equal(*key.expr, *expr); });
  };
  return !windows_.empty() || !scalars_.empty() || (having.expr && shows_key(having.expr)) ||
         std::any_of(items_.begin(), items_.end(),
                     [&](const Item& item) { return shows_key(item.value.expr); }) ||
         std::any_of(order.begin(), order.end(),
                     [&](const SortKey& key) { return !is_key(key.expr) && shows_key(key.expr); });
}

// Whether what is asked of the result might hold of one of equal keys and not of another.
bool CoreLowering::asks_apart() const {
  const auto is_plain = [&](const Item& item) {
    return std::any_of(keys_.begin(), keys_.end(), [&](const Typed& key) {
      return expr::equal(*key.expr, *item.value.expr) &&
             collation_of(key) == collation_of(item.value) && !holds_other_than_texts(key);
    });
  };
  return around_.asked == Asked::Anything ||
         (around_.asked == Asked::Compared &&
          std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
            return shows_key(item.value.expr) && !is_plain(item);
          }));
}

// Of equal keys SQLite shows that of the group's first row, or of the row that min() or max()
// found.
ShownKey CoreLowering::shown_key() const {
  const std::optional<std::size_t> bound = deciding_bound();
  // Beside min() and max() some versions compute other keys than columns of that row, some do not.
  const bool columns = std::all_of(keys_.begin(), keys_.end(), [](const Typed& key) {
    return bare_path(*key.expr) != nullptr && !key.computed;
  });
  if (!in_order_ || asks_apart() ||
      (bound && (!columns || calls_[*bound].filter || calls_[*bound].distinct)))
    return {nullptr, nullptr, doubt_of_equals(lexer_, core_.begin)};
  if (!bound) return {};
  const bool least = calls_[*bound].function->kind == AggregateKind::Min;
  return {find_aggregate(least ? "arg_min" : "arg_max"), calls_[*bound].argument, {}};
}

// Whether it reads nothing but keys that compare by BINARY.
bool CoreLowering::is_of_keys(const expr::ExprPtr& expr) const {
  const bool key = std::any_of(keys_.begin(), keys_.end(), [&](const Typed& one) {
    return collation_of(one) == Collation::Binary && expr::equal(*one.expr, *expr);
  });
  if (key) return true;
  if (bare_path(*expr) != nullptr || expr->as<expr::Parameter>() != nullptr) return false;
  return std::all_of(expr->args.begin(), expr->args.end(),
                     [&](const expr::ExprPtr& arg) { return is_of_keys(arg); });
}

// Asks conditions on keys alone of the rows before they are grouped, as SQLite does: of keys that
// are equal, some may not fulfil them (k LIKE '%.0'). Gives the others.
expr::ExprPtr CoreLowering::having() {
  std::vector<expr::ExprPtr> parsed, early, late;
  add_conjuncts(core_.having, parsed);
  for (const expr::ExprPtr& one : parsed) {
    expr::ExprPtr condition = lower(one, {"HAVING", true}, core_.begin).expr;
    const bool of_keys = !keys_.empty() && !expr::is_constant(*condition) && is_of_keys(condition);
    (of_keys ? early : late).push_back(std::move(condition));
  }
  if (!early.empty()) plan_ = make(Filter{expr::and_all(std::move(early))}, {plan_});
  return late.empty() ? nullptr : expr::and_all(std::move(late));
}

// Beside min() or max(), a column that no key shows is that of its row.
void CoreLowering::find_bare_columns(const std::vector<SortKey>& order, const Typed& having) {
  const std::optional<std::size_t> bound = deciding_bound();
  if (!bound || calls_[*bound].filter || calls_[*bound].distinct) return;
  const std::size_t at = *bound;
  for (const Item& item : items_) note_bare_columns(item.value.expr, at);
  for (const SortKey& key : order) note_bare_columns(key.expr, at);
  if (having.expr) note_bare_columns(having.expr, at);
  for (const PendingScalar& scalar : scalars_)
    for (const JoinKey& key : scalar.join.keys) note_bare_columns(key.left, at);
}

void CoreLowering::note_bare_columns(const expr::ExprPtr& expr, std::size_t bound) {
  if (std::any_of(keys_.begin(), keys_.end(),
                  [&](const Typed& key) { return expr::equal(*key.expr, *expr); }))
    return;
  if (const Path* path = bare_path(*expr)) {
    if (std::any_of(bare_.begin(), bare_.end(),
                    [&](const auto& known) { return known.first == *path; }))
      return;
    bare_.emplace_back(*path, calls_.size());
    const bool least = calls_[bound].function->kind == AggregateKind::Min;
    AggregateCall call;
    call.function = find_aggregate(least ? "arg_min" : "arg_max");
    call.argument = expr;
    call.second = calls_[bound].argument;
    call.doubt = calls_[bound].doubt;
    calls_.push_back(std::move(call));
    return;
  }
  const auto* call = expr->as<expr::Call>();
  const bool elements = call != nullptr && call->function->shape == expr::Function::Shape::Elements;
  for (const expr::ExprPtr& arg : expr->args)
    if (!elements || &arg == &expr->args.front()) note_bare_columns(arg, bound);
}

// Gives a field a name that no other has: the one wanted, or with a number behind it.
std::string CoreLowering::fresh_name(std::string_view wanted) {
  std::string name(wanted);
  const auto taken = [&](const std::string& one) {
    return std::find(key_names_.begin(), key_names_.end(), one) != key_names_.end() ||
           std::any_of(calls_.begin(), calls_.end(),
                       [&](const AggregateCall& call) { return call.name == one; });
  };
  for (unsigned number = 2; taken(name) || name.empty(); ++number)
    name = std::string(wanted) + '_' + std::to_string(number);
  return name;
}

// Makes groups of the joined trees. Where the result has a key or an aggregate as it is, the field
// has the column's name.
void CoreLowering::group(bool keys_seen) {
  const auto wanted = [&](const expr::Expr& expr, std::string otherwise) {
    for (const Item& item : items_)
      if (expr::equal(*item.value.expr, expr)) return item.name;
    return otherwise;
  };
  ShownKey shown = shown_key();
  shown.any = !keys_seen;
  std::vector<NamedExpr> keys;
  for (const Typed& key : keys_) {
    key_names_.push_back(
        fresh_name(wanted(*key.expr, "key" + std::to_string(key_names_.size() + 1))));
    keys.push_back({key_names_.back(), as_key(key)});
  }
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const auto bare = std::find_if(bare_.begin(), bare_.end(),
                                   [&](const auto& known) { return known.second == i; });
    const expr::ExprPtr leaf = bare != bare_.end()
                                   ? expr::path(bare->first)
                                   : expr::parameter(kCallValue + static_cast<std::uint32_t>(i));
    calls_[i].name = fresh_name(wanted(*leaf, "value" + std::to_string(i + 1)));
  }
  plan_ = keys.empty() ? make(Aggregate{calls_}, {plan_})
                       : make(GroupBy{std::move(keys), calls_, false, true, shown}, {plan_});
}

// Tells whether an expression is not the same of null and of a path that leads nowhere.
static bool tells_missing(const expr::Expr& expr) {
  const auto* call = expr.as<expr::Call>();
  return call != nullptr &&
         (call->function->name == "json_text" || call->function->name == "json_kind" ||
          call->function->name == "exists");
}

Typed CoreLowering::over_groups(Typed value, std::size_t byte) {
  value.expr = over_groups(value.expr, byte);
  return value;
}

// Writes an expression over the joined trees as one over the groups' fields.
expr::ExprPtr CoreLowering::over_groups(const expr::ExprPtr& expr, std::size_t byte) {
  for (std::size_t key = 0; key < keys_.size(); ++key)
    if (expr::equal(*keys_[key].expr, *expr)) return expr::path(field(key_names_[key]));
  if (const auto* value = expr->as<expr::Parameter>())
    return value->number >= kWindowValue
               ? expr
               : expr::path(field(calls_[value->number - kCallValue].name));
  if (const Path* path = bare_path(*expr)) {
    for (const auto& [bare, call] : bare_)
      if (bare == *path) return expr::path(field(calls_[call].name));
    lexer_.fail_at(byte,
                   "the column " + arbors::to_text(*path) +
                       " stands neither in GROUP BY nor in an aggregate, nor beside "
                       "min() or max(), which is not understood here (any_value(e) takes some "
                       "value)");
  }
  if (expr->args.empty()) return expr;
  std::vector<expr::ExprPtr> args = expr->args;
  // A group's fields are all there: null where a path leads nowhere.
  if (tells_missing(*expr))
    lexer_.fail_at(byte,
                   "-> or json_type() of a column that stands in no aggregate and is no key of the "
                   "groups is not understood here");
  const auto* call = expr->as<expr::Call>();
  const bool elements = call != nullptr && call->function->shape == expr::Function::Shape::Elements;
  for (expr::ExprPtr& arg : args)
    if (!elements || &arg == &args.front()) arg = over_groups(arg, byte);
  return expr::with_args(*expr, std::move(args));
}

// Puts fields in the place of all that had none when the expression was read.
expr::ExprPtr CoreLowering::finished(const expr::ExprPtr& expr, std::size_t byte) {
  const expr::ExprPtr grouped = aggregates() ? over_groups(expr, byte) : expr;
  return rewrite_leaves(grouped, [&](const expr::ExprPtr& leaf) -> expr::ExprPtr {
    const auto* value = leaf->as<expr::Parameter>();
    if (value == nullptr || value->number < kWindowValue) return leaf;
    if (value->number >= kScalarValue) return scalar_values_[value->number - kScalarValue];
    const std::size_t window = value->number - kWindowValue;
    if (window >= window_names_.size())
      lexer_.fail_at(byte, "a window function inside another is not understood here");
    return expr::path(field(window_names_[window]));
  });
}

}  // namespace arbors::plan::select
