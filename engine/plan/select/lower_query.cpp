// Whole queries: WITH, set operations, VALUES, and the order and cut of what they give.
#include <algorithm>
#include <array>
#include <bit>

#include "engine/base/error.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/select/call_names.h"
#include "engine/plan/select/core_lowering.h"
#include "engine/plan/select/host_text.h"
#include "engine/plan/select/refusal.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

constexpr std::size_t kMostQueries = 5000;

using expr::ExprPtr;

NodePtr projected(NodePtr plan, const std::vector<OutColumn>& columns) {
  Project project;
  for (const OutColumn& column : columns)
    project.fields.push_back({column.name, expr::path(field(column.name))});
  return make(std::move(project), {std::move(plan)});
}

ExprPtr unique_key(const OutColumn& column) {
  return as_key({expr::path(field(column.name)), {}, column.collation, false, false});
}

NodePtr distinct(NodePtr plan, const std::vector<OutColumn>& columns, const SetRows& rows) {
  UniqueBy unique;
  unique.last = !rows.merged;
  unique.doubt = rows.doubt;
  for (const OutColumn& column : columns) unique.keys.push_back(unique_key(column));
  return make(std::move(unique), {std::move(plan)});
}

// The order in which SQLite gives the rows of a set operator.
NodePtr sorted_rows(NodePtr plan, const std::vector<OutColumn>& columns) {
  Sort sort;
  for (const OutColumn& column : columns) {
    sort.keys.push_back({expr::path(field(column.name))});
    sort.keys.back().collation = column.collation.value_or(Collation::Binary);
  }
  return make(std::move(sort), {std::move(plan)});
}

// Gives the distinct rows of the first plan that the second has too, or has not: rows are grouped,
// and each group knows whose rows it has.
NodePtr rows_of_side(NodePtr first, NodePtr second, const std::vector<OutColumn>& columns,
                     bool in_both, const SetRows& rows) {
  std::string side = "side";
  while (std::any_of(columns.begin(), columns.end(),
                     [&](const OutColumn& column) { return column.name.ends_with(side); }))
    side += '_';
  const auto marked = [&](NodePtr plan, std::int64_t number) {
    AddField add;
    add.fields.push_back({arbors::to_text(field(side)), expr::constant(Value::of(number))});
    return make(std::move(add), {std::move(plan)});
  };
  GroupBy group;
  group.in_key_order = false;
  for (const OutColumn& column : columns) group.keys.push_back({column.name, unique_key(column)});
  const auto bound = [&](std::string_view function) {
    AggregateCall call;
    call.function = find_aggregate(function);
    call.name = std::string(function) + '_' + side;
    call.argument = expr::path(field(side));
    return call;
  };
  group.aggregates = {bound("min"), bound("max")};
  const auto is = [&](std::string_view function, std::int64_t number) {
    return expr::compare(expr::Comparison::Equal,
                         expr::path(field(std::string(function) + '_' + side)),
                         expr::constant(Value::of(number)));
  };
  const expr::ExprPtr wanted = in_both ? expr::and_all({is("min", 1), is("max", 2)}) : is("max", 1);
  group.shown.doubt = rows.doubt;
  if (!rows.merged) group.shown.function = find_aggregate("last");
  first = marked(std::move(first), 1);
  second = marked(std::move(second), 2);
  if (!rows.merged) std::swap(first, second);
  NodePtr both = make(Concat{}, {std::move(first), std::move(second)});
  return make(Filter{wanted}, {make(std::move(group), {std::move(both)})});
}

// The rows that a set operator makes of two queries'.
NodePtr set_of(SetOperator op, NodePtr first, NodePtr second, const std::vector<OutColumn>& columns,
               const SetRows& rows) {
  if (op == SetOperator::Intersect || op == SetOperator::Except)
    return rows_of_side(std::move(first), std::move(second), columns, op == SetOperator::Intersect,
                        rows);
  const bool unique = op == SetOperator::Union;
  if (unique && rows.merged) std::swap(first, second);
  NodePtr both = make(Concat{}, {std::move(first), std::move(second)});
  return unique ? distinct(std::move(both), columns, rows) : both;
}

// What LIMIT or OFFSET says, a whole number; throws where it is none.
std::int64_t whole_number(const ExprPtr& expr, std::string_view clause, std::size_t byte,
                          const expr::Lexer& lexer) {
  if (!expr::is_constant(*expr))
    lexer.fail_at(byte,
                  std::string(clause) + " that reads columns or queries is not understood here");
  const Value value = apply_affinity(expr::evaluate_constant(*expr), Affinity::Integer);
  if (value.kind == ValueKind::Integer) return value.integer;
  lexer.fail_at(byte, std::string(clause) + " takes a whole number");
}

// How a column of queries around a set operator differs in these.
unsigned mixture(const std::vector<Lowered>& parts, std::size_t at) {
  unsigned all = 0;
  const Collation first = parts.front().columns[at].collation.value_or(Collation::Binary);
  for (const Lowered& part : parts) {
    const OutColumn& column = part.columns[at];
    all |= affinity_bit(column.affinity) | column.mixed;
    if (column.collation.value_or(Collation::Binary) != first) all |= kCollationsBit;
  }
  return std::has_single_bit(all) ? 0 : all;
}

bool gathers(const Query& query) {
  const auto inside = [](const QueryPtr& one) { return one && gathers(*one); };
  return std::any_of(query.with.begin(), query.with.end(),
                     [&](const CommonTable& table) { return inside(table.query); }) ||
         std::any_of(query.cores.begin(), query.cores.end(), [&](const Core& core) {
           return core.distinct || !core.group_by.empty() ||
                  std::any_of(core.from.begin(), core.from.end(),
                              [&](const FromItem& item) { return inside(item.query); });
         });
}

bool any_gathers(const Statement& statement) {
  return gathers(*statement.query) ||
         std::any_of(statement.leaves.begin(), statement.leaves.end(),
                     [](const Leaf& leaf) { return leaf.query && gathers(*leaf.query); });
}

}  // namespace

Lowering::Lowering(const Statement& statement, const Catalog& catalog, const expr::Lexer& lexer)
    : statement_(statement), catalog_(catalog), lexer_(lexer), gathers_(any_gathers(statement)) {}

Path field(const std::string& name) { return Path{{{PathStep::Kind::Key, name, 0}}}; }

SortKey sort_key(const OrderTerm& term, const Typed& value) {
  SortKey key;
  key.expr = value.expr;
  key.collation = collation_of(value);
  key.descending = term.descending;
  key.nulls_last = term.nulls_first ? !*term.nulls_first : term.descending;
  return key;
}

std::optional<std::int64_t> position_of(const OrderTerm& term, const expr::Lexer& lexer) {
  const auto* number = term.expr->as<expr::Constant>();
  if (number == nullptr || number->value.kind != ValueKind::Integer || number->boolean)
    return std::nullopt;
  const std::string_view text = lexer.source().substr(term.begin, term.end - term.begin);
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == ' ';
  });
  return digits ? std::optional(number->value.integer) : std::nullopt;
}

NodePtr limited(NodePtr plan, const Query& query, const expr::Lexer& lexer) {
  if (!query.limit) return plan;
  const std::int64_t limit = whole_number(query.limit, "LIMIT", query.begin, lexer);
  Slice slice;
  if (query.offset)
    slice.offset = static_cast<std::uint64_t>(
        std::max<std::int64_t>(whole_number(query.offset, "OFFSET", query.begin, lexer), 0));
  if (limit >= 0) slice.limit = static_cast<std::uint64_t>(limit);
  if (slice.offset == 0 && !slice.limit) return plan;
  return make(slice, {std::move(plan)});
}

Lowered Lowering::query(const Query& query, const CommonTables* tables, const Scope* outer) {
  // A query of WITH that reads another twice does so each time that it is read.
  if (++queries_ > kMostQueries)
    lexer_.fail_at(query.begin, "more than " + std::to_string(kMostQueries) +
                                    " queries, those of WITH wherever they are read, are not "
                                    "understood here");
  return with_tables(query, 0, tables, outer);
}

void Lowering::note_call(std::string_view name, std::size_t args, std::size_t byte, bool window) {
  const auto same = [&](const CalledFunction& call) {
    return call.args == args && call.window == window && same_name(call.name, name);
  };
  if (std::any_of(calls_.begin(), calls_.end(), same)) return;
  CalledFunction& call = calls_.emplace_back(CalledFunction{std::string(name), args, window, byte});
  for (char& c : call.name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
}

bool Lowering::takes_in_order() const {
  return std::ranges::any_of(statement_.leaves, [](const Leaf& leaf) {
    const AggregateInfo* function =
        leaf.kind == Leaf::Kind::Aggregate ? aggregate_named(leaf.words.front().text) : nullptr;
    return function != nullptr && function->ordered;
  });
}

bool Lowering::reads_by_parts() {
  if (by_parts_) return *by_parts_;
  const bool collects =
      gathers_ || statement_.query->cores.size() > 1 ||
      std::ranges::any_of(statement_.leaves, [](const Leaf& leaf) {
        return leaf.kind == Leaf::Kind::Aggregate || (leaf.query && leaf.query->cores.size() > 1);
      });
  by_parts_ = collects && says_or(lexer_, statement_.query->begin) &&
              catalog_.reads_by_parts(statement_at(lexer_, statement_.query->begin));
  return *by_parts_;
}

void Lowering::check_calls() const {
  if (const CalledFunction* own = catalog_.own_call(calls_))
    lexer_.fail_at(own->byte,
                   "the application's own function " + own->name + "() is not understood here");
}

void Lowering::check_collation(Collation collation, std::size_t byte) const {
  static constexpr std::array<std::string_view, 3> kNames{"BINARY", "NOCASE", "RTRIM"};
  if (catalog_.is_own(collation))
    lexer_.fail_at(byte, "the collation " +
                             std::string(kNames[static_cast<std::size_t>(collation)]) +
                             " that the application has defined anew is not understood here");
}

Lowered Lowering::with_tables(const Query& query, std::size_t defined, const CommonTables* tables,
                              const Scope* outer) {
  if (defined < query.with.size()) {
    for (std::size_t i = 0; i < defined; ++i)
      if (same_name(query.with[i].name, query.with[defined].name))
        lexer_.fail_at(query.with[defined].begin,
                       "duplicate WITH table name: " + query.with[defined].name);
    const CommonTables more{tables, &query.with[defined]};
    return with_tables(query, defined + 1, &more, outer);
  }
  if (query.cores.size() == 1 && query.cores.front().values.empty())
    return CoreLowering(*this, query.cores.front(), tables, outer).lower(&query);
  return compound(query, tables, outer);
}

std::vector<Lowered> Lowering::parts_of(const Query& query, const CommonTables* tables,
                                        const Scope* outer, Surroundings around) {
  // A set operator looks at rows that the query around only counts.
  around.unseen = false;
  std::vector<Lowered> parts;
  for (std::size_t at = 0; at < query.cores.size(); ++at) {
    const Core& core = query.cores[at];
    const auto first_operator =
        query.operators.begin() + (at > 0 ? static_cast<std::ptrdiff_t>(at) - 1 : 0);
    const bool unites = std::any_of(first_operator, query.operators.end(),
                                    [](SetOperator op) { return op != SetOperator::UnionAll; });
    const Repeats repeats = !unites         ? Repeats::No
                            : merges(query) ? Repeats::AsBinary
                                            : Repeats::Yes;
    if (!core.values.empty()) lexer_.fail_at(core.begin, "VALUES is not understood here");
    const std::vector<OutColumn>* names = parts.empty() ? nullptr : &parts.front().columns;
    say(around);
    parts.push_back(CoreLowering(*this, core, tables, outer).lower(nullptr, names, repeats));
    if (parts.back().columns.size() != parts.front().columns.size())
      lexer_.fail_at(core.begin, "the queries around a set operator give " +
                                     std::to_string(parts.front().columns.size()) + " and " +
                                     std::to_string(parts.back().columns.size()) + " columns");
    if (parts.back().whole_trees)
      lexer_.fail_at(core.begin, "_tree alone beside a set operator is not understood here");
  }
  return parts;
}

// The columns of set operations, under the names of the first query's, which an ORDER BY may say.
std::vector<OutColumn> Lowering::united_columns(const Query& query,
                                                const std::vector<Lowered>& parts) const {
  std::vector<OutColumn> columns = parts.front().columns;
  for (std::size_t at = 0; at < columns.size(); ++at) {
    OutColumn& column = columns[at];
    column.mixed = mixture(parts, at);
    for (const Lowered& part : parts) {
      if (!column.collation) column.collation = part.columns[at].collation;
      column.settled = column.settled && part.columns[at].settled;
      column.mark = std::max(column.mark, part.columns[at].mark);
      column.computed |= part.columns[at].computed;
      column.explicit_collation |= part.columns[at].explicit_collation;
    }
    // SQLite orders the whole by that collation, a query around it by the first one's.
    if (collation_of({nullptr, {}, column.collation, false, false}) !=
        collation_of({nullptr, {}, parts.front().columns[at].collation, false, false}))
      lexer_.fail_at(query.begin, "the column " + column.name +
                                      " of queries around a set operator, of which the first has "
                                      "no collation and another has, is not understood here");
  }
  return columns;
}

bool Lowering::merges(const Query& query) const {
  return catalog_.merges_sets() || !query.order_by.empty();
}

// SQLite leaves the ORDER BY of a query inside another out where it may.
SetRows Lowering::set_rows(const Query& query, const std::vector<Lowered>& parts,
                           Surroundings around) const {
  const bool always = catalog_.merges_sets();
  const bool inside = statement_.query.get() != &query;
  const bool in_order =
      std::all_of(parts.begin(), parts.end(), [](const Lowered& part) { return part.in_order; });
  SetRows rows{merges(query), {}};
  const bool apart =
      around.asked == Asked::Anything ||
      (around.asked == Asked::Compared &&
       std::any_of(parts.begin(), parts.end(), [](const Lowered& part) {
         return std::any_of(part.columns.begin(), part.columns.end(), [](const OutColumn& column) {
           return column.affinity == Affinity::Text && !column.settled;
         });
       }));
  const bool known = in_order && !apart && (always || !rows.merged || !inside);
  if (!known && !around.unseen) rows.doubt = doubt_of_equals(lexer_, query.begin);
  return rows;
}

Lowered Lowering::compound(const Query& query, const CommonTables* tables, const Scope* outer) {
  const Surroundings around = say({});
  const std::vector<Lowered> parts = parts_of(query, tables, outer, around);
  Lowered united = parts.front();
  united.columns = united_columns(query, parts);
  const SetRows rows = set_rows(query, parts, around);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    NodePtr other = parts[i].plan;
    for (std::size_t c = 0; c < united.columns.size(); ++c)
      if (united.columns[c].affinity != parts[i].columns[c].affinity)
        united.columns[c].affinity = {};
    const SetOperator op = query.operators[i - 1];
    united.in_order = united.in_order && parts[i].in_order && query.order_by.empty() &&
                      op == SetOperator::UnionAll;
    united.plan = set_of(op, std::move(united.plan), std::move(other), united.columns, rows);
    if (op != SetOperator::UnionAll && takes_in_order())
      united.plan = sorted_rows(std::move(united.plan), united.columns);
  }
  united.plan = ordered(query, united, parts);
  united.plan = projected(united.plan, united.columns);
  return united;
}

// The result column that an ORDER BY term behind set operators says, by position or by a name that
// any of the queries gives it.
std::optional<std::size_t> Lowering::result_column(const OrderTerm& term,
                                                   const std::vector<Lowered>& parts) const {
  if (const auto position = position_of(term, lexer_)) {
    const auto columns = static_cast<std::int64_t>(parts.front().columns.size());
    if (*position < 1 || *position > columns) return std::nullopt;
    return static_cast<std::size_t>(*position) - 1;
  }
  const expr::Expr* bare = term.expr.get();
  if (bare->as<expr::Collate>() != nullptr) bare = bare->args.front().get();
  const auto* leaf = bare->as<expr::Parameter>();
  if (leaf == nullptr || leaf->number < kLeaf) return std::nullopt;
  const Leaf& name = statement_.leaves[leaf->number - kLeaf];
  if (name.kind != Leaf::Kind::Name || name.words.size() != 1) return std::nullopt;
  for (const Lowered& part : parts)
    for (std::size_t c = 0; c < part.columns.size(); ++c)
      if (same_name(part.columns[c].own_name, name.words.front().text)) return c;
  return std::nullopt;
}

// ORDER BY and LIMIT of set operations: terms are result columns, by position or by name.
NodePtr Lowering::ordered(const Query& query, Lowered united, const std::vector<Lowered>& parts) {
  Sort sort;
  for (const OrderTerm& term : query.order_by) {
    const std::optional<std::size_t> at = result_column(term, parts);
    if (!at)
      lexer_.fail_at(term.begin,
                     "an ORDER BY term behind set operators that is no result column, by name or "
                     "position, is not understood here");
    Typed value{expr::path(field(united.columns[*at].name)),
                {},
                united.columns[*at].collation,
                false,
                false};
    if (const auto* collate = term.expr->as<expr::Collate>()) value.collation = collate->collation;
    sort.keys.push_back(sort_key(term, value));
  }
  NodePtr plan = united.plan;
  if (!sort.keys.empty()) plan = make(std::move(sort), {std::move(plan)});
  return limited(std::move(plan), query, lexer_);
}

}  // namespace arbors::plan::select
