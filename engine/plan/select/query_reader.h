// Reads a SELECT from tokens: clauses, and, as the host of the expression grammar, the names,
// aggregates, windows and queries inside expressions. Parameters are bound as they are read.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/expr/text/lexer.h"
#include "engine/expr/text/parser.h"
#include "engine/plan/select/select_syntax.h"

namespace arbors::plan::select {

class QueryReader : private expr::Host {
 public:
  // All outlive the reader.
  QueryReader(expr::Lexer& lexer, std::span<const Value> parameters, Statement& statement)
      : lexer_(lexer), parameters_(parameters), statement_(statement) {}

  // Reads a query up to the first token that belongs to none.
  QueryPtr query();

  // Tells whether a query begins at a token.
  static bool begins_query(const expr::Lexer& lexer, std::size_t ahead = 0);

 private:
  // ---- clauses (query_reader.cpp)
  std::vector<CommonTable> common_tables();
  Core core();
  Core values();
  ResultColumn result_column();
  void star(ResultColumn& column);
  void order_limit(Query& query);

  // ---- FROM (from_reader.cpp)
  std::vector<FromItem> from();
  void add_from(std::vector<FromItem>& items, FromItem::Join join, bool natural);
  FromItem from_item();
  void table_name(FromItem& item);
  std::int64_t handle_number();
  bool joined(std::vector<FromItem>& items);
  std::string alias();  // [AS] name, or nothing

  // ---- windows (window_reader.cpp)
  std::vector<NamedWindow> windows();
  WindowSpec window();
  Frame frame();
  FrameBound bound();
  void over(Leaf& leaf);

  // ---- expressions (leaf_reader.cpp)
  expr::ExprPtr name(expr::Lexer& lexer) override;
  expr::ExprPtr parameter(expr::Lexer& lexer) override;
  expr::ExprPtr call(expr::Lexer& lexer) override;
  expr::ExprPtr query(expr::Lexer& lexer) override;
  expr::ExprPtr in(expr::Lexer& lexer, const expr::ExprPtr& left, bool negated) override;
  expr::ExprPtr access(expr::Lexer& lexer, const expr::ExprPtr& left, const expr::ExprPtr& right,
                       bool as_value, std::size_t byte) override;
  expr::ExprPtr json_extract();
  expr::ExprPtr of_path();
  expr::ExprPtr aggregate_call(const expr::Token& word);
  std::vector<PathStep> steps_behind_name();

  // How far was read, to go back to.
  struct Place {
    std::size_t token, leaves, named;
    std::uint32_t parameter;
  };
  Place place() const;
  void go_back(const Place& place);

  expr::ExprPtr expression() { return parse_expression(lexer_, *this); }
  OrderTerm order_term();
  std::vector<OrderTerm> order_terms();
  std::vector<expr::ExprPtr> expressions();
  QueryPtr query_in_parens();
  expr::ExprPtr leaf(Leaf leaf);
  Word word(std::string_view what);
  bool at_name(std::size_t ahead = 0) const;  // a name that is no keyword
  bool accept_words(std::string_view first, std::string_view second);

  expr::Lexer& lexer_;
  std::span<const Value> parameters_;
  Statement& statement_;
  std::vector<std::pair<std::string, std::uint32_t>> named_parameters_;
  std::uint32_t last_parameter_ = 0;
  unsigned nesting_ = 0;
};

}  // namespace arbors::plan::select
