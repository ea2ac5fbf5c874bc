// One SELECT … FROM … of a query as stages: FROM and WHERE, then groups, then the result's columns,
// order and cut.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/plan/select/lowering.h"

namespace arbors::plan::select {

class CoreLowering {
 public:
  CoreLowering(Lowering& lowering, const Core& core, const CommonTables* tables,
               const Scope* outer);

  // With the order and the cut of the query, where the query is this core alone. Behind a set
  // operator the columns have the names of the first query's.
  Lowered lower(const Query* query, const std::vector<OutColumn>* names = nullptr);

 private:
  struct Item {
    std::string name;
    Typed value;
    std::size_t begin = 0, end = 0;
  };
  // Which leaves may stand in a clause.
  struct Clause {
    std::string_view name;
    bool aggregates = false;
  };

  // ---- FROM (lower_from.cpp)
  void from();
  NodePtr from_item(const FromItem& item, ScopeTable& table);
  NodePtr common_table(const FromItem& item, const CommonTables& found, ScopeTable& table);
  void each(const FromItem& item, ScopeTable table);
  void join(const FromItem& item, ScopeTable table, NodePtr right);

  // ---- expressions (lower_expression.cpp)
  Typed lower(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  Typed lower_leaf(const Leaf& leaf, const Clause& clause);
  Typed lower_call(const expr::ExprPtr& parsed, const Clause& clause, std::size_t byte);
  Typed lower_access(const Leaf& leaf, const Clause& clause);
  expr::ExprPtr element_expression(const expr::ExprPtr& parsed);
  const Leaf* leaf_of(const expr::Expr& parsed) const;

  // ---- groups (lower_groups.cpp)
  Typed aggregate(const Leaf& leaf, const Clause& clause);
  bool aggregates() const { return !calls_.empty() || !keys_.empty() || core_.having; }
  void group_keys();
  void group();
  expr::ExprPtr over_groups(const expr::ExprPtr& expr, std::size_t byte);
  Typed over_groups(Typed value, std::size_t byte);
  std::string fresh_name(std::string_view wanted);

  // ---- the result (lower_core.cpp)
  void where();
  std::optional<Typed> result_named(const std::string& alias);
  void result_columns();
  void star(const ResultColumn& column);
  void add_item(Item item);
  std::string name_of(const ResultColumn& column, const Typed& value) const;
  Typed term(const OrderTerm& term, const Clause& clause);
  bool is_whole_tree() const;
  void project();
  Lowered finish(const Query* query);
  std::vector<SortKey> sort_keys(const std::vector<OrderTerm>& terms);
  Typed over_result(const Typed& value, std::size_t byte);

  Lowering& lowering_;
  const Core& core_;
  const CommonTables* tables_;
  const expr::Lexer& lexer_;
  Scope scope_;
  const std::vector<OutColumn>* names_ = nullptr;  // given to the result's columns, or null
  NodePtr plan_;
  std::vector<Item> items_;
  std::vector<Typed> keys_;             // of groups, over the joined trees
  std::vector<std::string> key_names_;  // the fields they become
  std::vector<AggregateCall> calls_;    // likewise
};

}  // namespace arbors::plan::select
