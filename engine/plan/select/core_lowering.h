// One SELECT … FROM … of a query as stages: FROM and WHERE, then groups, then the result's columns,
// order and cut.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan/select/lowering.h"

namespace arbors::plan::select {

// Values before they have a field: leaves numbered from here on.
inline constexpr std::uint32_t kCallValue = 1U << 22;
inline constexpr std::uint32_t kWindowValue = 1U << 23;
inline constexpr std::uint32_t kScalarValue = 1U << 24;

// A name of the query around that an inner one reads, before it is joined: numbered from here on.
inline constexpr std::uint32_t kOuterValue = 1U << 25;
bool reads_outer(const expr::Expr& expr);

// The columns of json_each.
std::vector<Column> each_columns();

// A pair of keys that always agree: each row meets each of the other side.
JoinKey always();
NodePtr first_row(NodePtr plan);
// The same expression over trees that have these ones under `root`.
expr::ExprPtr under(const expr::ExprPtr& expr, const Path& root);

// Adds the conditions that AND joins.
void add_conjuncts(const expr::ExprPtr& parsed, std::vector<expr::ExprPtr>& found);

// Whether rows of DISTINCT may repeat, since a set operator leaves them out.
enum class Repeats : std::uint8_t {
  No,
  AsBinary,  // those that are the same under BINARY, as the operator may compare
  Yes        // SQLite passes over DISTINCT
};

class CoreLowering {
 public:
  CoreLowering(Lowering& lowering, const Core& core, const CommonTables* tables,
               const Scope* outer);

  // With the order and the cut of the query, where the query is this core alone. Behind a set
  // operator the columns have the names of the first query's.
  Lowered lower(const Query* query, const std::vector<OutColumn>* names = nullptr,
                Repeats repeats = Repeats::No);

 private:
  struct Item {
    std::string name, own_name;
    Typed value;
    std::size_t begin = 0, end = 0;
  };
  // Which leaves may stand in a clause.
  struct Clause {
    std::string_view name;
    bool aggregates = false;
    bool windows = false;
    bool joins = false;  // ON: a row is a pair that is not joined yet
  };
  // A declared column that a condition of WHERE says is a constant: the value as the column's type
  // makes it, which SQLite puts in its place in all other conditions.
  struct KnownColumn {
    expr::ExprPtr column, value;
    const expr::Expr* condition;
    const char* type;  // null: its values are as its type makes them
  };
  // A name of the query around, where none may be read.
  struct OuterName {
    std::size_t byte;
    std::string name;
  };
  struct PendingWindow {
    Window window;  // without its calls
    WindowCall call;
  };
  // The conditions of a query over json_each: on the elements, on the row around, and the equality
  // `element = wanted` of both; null where there is none.
  struct ElementConditions {
    expr::ExprPtr inside, outside, element, wanted;
  };
  // Of a query behind IN: it has no rows; some of its values are NULL.
  struct InCounts {
    expr::ExprPtr none, nulls;
  };
  // A query that is joined to the groups; parameters stand for its values until then.
  struct PendingScalar {
    Join join;
    NodePtr right;
  };

  // ---- FROM (lower_from.cpp)
  void from();
  Asked asked_by(const expr::Expr& parsed) const;
  Asked asked_of_items() const;
  bool is_computed_alias(const Leaf& name) const;
  bool is_computed(const ResultColumn& column) const;
  bool only_counts_rows() const;
  std::optional<Value> generation_asked(const FromItem& item) const;
  const Leaf* generation_compared(const expr::Expr& condition) const;
  Lowered query_in_from(const Query& query, const CommonTables* tables);
  NodePtr from_item(const FromItem& item, ScopeTable& table);
  NodePtr common_table(const FromItem& item, const CommonTables& found, ScopeTable& table);
  void next_item(const FromItem& item, ScopeTable table);
  std::vector<expr::ExprPtr> shared_columns(const FromItem& item, const ScopeTable& table);
  void each(const FromItem& item, ScopeTable table);
  std::string fresh_field(const std::string& wanted);
  bool computes_fields() const;
  bool names_identity() const;
  NodePtr with_identity(NodePtr plan, ScopeTable& table, const Path& seen_at,
                        const std::string& tree);

  // ---- expressions (lower_expression.cpp)
  Typed lower(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  // The same of what trees will hold, which is no blob.
  Typed lower_stored(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  Typed lower_leaf(const Leaf& leaf, const Clause& clause);
  Typed lower_name(const Leaf& leaf);
  Typed lower_call(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  Typed lower_access(const Leaf& leaf, const Clause& clause);
  static const Path* accessed_path(const expr::Expr& base);
  bool is_tree(const Path& path) const;
  expr::ExprPtr unless_text(expr::ExprPtr value, const Path& base) const;
  expr::ExprPtr of_value(const Leaf& leaf, const expr::ExprPtr& value, const Path& base);
  bool shows_null(const expr::Expr& value) const;
  Typed json_operand(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  expr::ExprPtr json_argument(const Typed& value, bool aggregate, std::size_t byte) const;
  bool may_be_json(const expr::Expr& value) const;
  bool keeps_json() const;
  expr::ExprPtr element_expression(const expr::ExprPtr& parsed);
  const Leaf* leaf_of(const expr::Expr& parsed) const;

  // ---- queries inside (lower_subqueries.cpp)
  Typed outer_name(const Leaf& leaf, const Scope::Found& found);
  void lower_partner(const Query& query);
  void refuse_aggregates() const;
  expr::ExprPtr over_pair(const expr::ExprPtr& condition, const Path& as) const;
  void keep_partners(const Leaf& leaf, bool negated);
  NodePtr partner_apart(const Leaf& leaf, const std::optional<Typed>& left, Join& join);
  NodePtr partner_within(const Leaf& leaf, const std::optional<Typed>& left, Join& join);
  Typed only_column(const Lowered& inner, std::size_t byte) const;
  void add_in_key(Join& join, const Typed& left, const Typed& value, std::size_t byte) const;
  InComparison compared_in(const Typed& left, const Typed& column, std::size_t byte) const;

  // ---- their values (lower_query_values.cpp)
  Typed scalar(const Leaf& leaf, const Clause& clause);
  std::vector<expr::ExprPtr> join_values(Join join, NodePtr right,
                                         std::vector<expr::ExprPtr> values, const Clause& clause);
  Join value_join();
  void group_partner(CoreLowering& inner, Join& join, std::size_t byte);
  Typed exists(const Leaf& leaf, const Clause& clause);
  Typed correlated_exists(const Leaf& leaf);
  Typed in_query(const Leaf& leaf, const Clause& clause);
  InCounts in_counts(const Typed& value, const NodePtr& plan, const Clause& clause);
  Typed correlated_scalar(const Leaf& leaf, Join join);
  void add_scalars();

  // ---- queries over the elements of a list (lower_elements.cpp)
  static bool is_over_elements(const Query& query);
  std::optional<Typed> over_elements(const Leaf& leaf, const Clause& clause);
  void see_elements();
  ElementConditions element_conditions();
  Typed exists_element(const expr::ExprPtr& list, const ElementConditions& where);
  Typed in_elements(const Leaf& leaf, const Typed& left, const expr::ExprPtr& list,
                    const ElementConditions& where);
  Typed element_value(const expr::ExprPtr& list, const ElementConditions& where,
                      const Query& query);

  // ---- windows (lower_windows.cpp)
  Typed window(const Leaf& leaf, const Clause& clause);
  WindowSpec window_of(const WindowSpec& over) const;
  WindowFrame frame_of(const Frame& frame, std::size_t byte) const;
  void add_windows();

  // ---- groups (lower_groups.cpp)
  AggregateCall aggregate_call(const Leaf& leaf, const Clause& inside, std::vector<Typed>& args);
  Typed aggregate(const Leaf& leaf, const Clause& clause);
  std::optional<std::size_t> deciding_bound() const;
  bool shows_keys(const std::vector<SortKey>& order, const Typed& having) const;
  bool shows_key(const expr::ExprPtr& expr) const;
  bool asks_apart() const;
  ShownKey shown_key() const;
  bool is_of_keys(const expr::ExprPtr& expr) const;
  expr::ExprPtr having();
  void find_bare_columns(const std::vector<SortKey>& order, const Typed& having);
  void note_bare_columns(const expr::ExprPtr& expr, std::size_t bound);
  bool aggregates() const { return !calls_.empty() || !keys_.empty() || core_.having; }
  void group_keys();
  void group(bool keys_seen);
  expr::ExprPtr over_groups(const expr::ExprPtr& expr, std::size_t byte);
  expr::ExprPtr finished(const expr::ExprPtr& expr, std::size_t byte);
  Typed over_groups(Typed value, std::size_t byte);
  std::string fresh_name(std::string_view wanted);

  // ---- the result (lower_core.cpp)
  void where();
  expr::ExprPtr condition_of_where(const expr::ExprPtr& parsed);
  void find_known(const std::vector<expr::ExprPtr>& conditions);
  void note_known(const expr::Expr& condition);
  static expr::ExprPtr known_value(const Typed& column, const Value& constant);
  Typed known_in_where(Typed column, const Leaf& name) const;
  void find_equal();
  std::optional<Typed> result_named(const std::string& alias);
  void result_columns();
  void star(const ResultColumn& column);
  void add_item(Item item);
  std::string name_of(const ResultColumn& column, const Typed& value) const;
  Typed term(const OrderTerm& term, const Clause& clause);
  bool is_whole_tree() const;
  void project();
  void keep_distinct(std::vector<SortKey>& keys, const std::vector<OrderTerm>& order);
  void give_trees();
  Lowered finish(const Query* query);
  std::vector<SortKey> sort_keys(const std::vector<OrderTerm>& terms);
  Typed over_result(const Typed& value, std::size_t byte);

  Lowering& lowering_;
  const Core& core_;
  const CommonTables* tables_;
  const expr::Lexer& lexer_;
  Scope scope_;
  const Surroundings around_;
  const std::vector<OutColumn>* names_ = nullptr;  // given to the result's columns, or null
  NodePtr plan_;
  std::vector<std::string> fields_;  // of the joined trees, where each item has one
  std::vector<Item> items_;
  std::vector<Typed> keys_;                         // of groups, over the joined trees
  std::vector<std::string> key_names_;              // the fields they become
  std::vector<AggregateCall> calls_;                // likewise
  std::vector<std::pair<Path, std::size_t>> bare_;  // columns beside min() or max(), and calls
  std::vector<PendingWindow> windows_;
  std::vector<std::string> window_names_;  // the fields they become
  std::vector<PendingScalar> scalars_;
  std::vector<expr::ExprPtr> scalar_values_;       // over the joined trees
  const std::vector<OrderTerm>* order_ = nullptr;  // of the query, where it is this core alone
  std::size_t calls_of_items_ = 0, calls_of_having_ = 0;  // where the calls of each end in calls_
  bool distinct_ = false;
  bool in_order_ = false;     // rows come as the one table's trees do, in SQLite too
  bool partner_ = false;      // names of the query around may be read
  bool of_elements_ = false;  // the rows are elements of a list, no plan's
  std::vector<KnownColumn> known_;
  const expr::Expr* condition_ = nullptr;  // of WHERE, that is read
  // Columns that conditions say are constants: of the queries around, and of this one too.
  std::vector<std::string> equal_around_, equal_;
  std::vector<Typed> outer_values_;
  std::vector<expr::ExprPtr> conditions_;  // of a partner: those that read the query around
};

}  // namespace arbors::plan::select
