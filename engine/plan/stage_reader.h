// Reads the parts that stages are made of from the tokens of a plan: expressions with names,
// counts, sort keys, aggregates, plans in parentheses. Binds parameters as it goes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/expr/text/lexer.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/select/catalog.h"

namespace arbors::plan {

class StageReader {
 public:
  // All outlive the reader.
  StageReader(std::string_view text, std::span<const Value> parameters,
              const select::Catalog* catalog = nullptr)
      : lexer_(text), parameters_(parameters), catalog_(catalog) {}

  expr::Lexer& lexer() { return lexer_; }

  NodePtr plan();            // a source and its stages, up to the end or a closing parenthesis
  NodePtr plan_in_parens();  // (plan)
  // With its parameters bound; `written` receives it as it stands in the text.
  expr::ExprPtr expression(expr::ExprPtr* written = nullptr);
  // The same of what trees will hold, which is no blob.
  expr::ExprPtr stored_expression(expr::ExprPtr* written = nullptr);
  Path path();            // any path
  Path key_path();        // a path of keys alone
  std::string name();     // a bare or quoted word
  std::uint64_t count();  // a whole number, 0 or more
  std::int64_t whole_number();
  NamedExpr named(bool may_rename = true);  // e [as n]
  std::vector<NamedExpr> named_list();      // each name once
  SortKey sort_key(bool descending);
  AggregateCall aggregate(bool named = true);  // with `as n` or a name after its text
  std::vector<AggregateCall> aggregate_list();
  // Throws Error{Invalid} at a byte where two names are the same.
  void check_names(const std::vector<std::string>& names, std::size_t byte);

  // Reads `item` once or more, separated by commas.
  template <typename Item>
  auto list(Item item) {
    std::vector<decltype(item())> items;
    do items.push_back(item());
    while (lexer_.accept_symbol(","));
    return items;
  }

 private:
  NodePtr source();
  NodePtr named_source();
  void refuse_statement();
  Value moment();     // behind a name's @
  Value parameter();  // a token ?n that comes next
  NodePtr files();    // file('name' [, 'options'])
  std::string text_or_parameter(std::string_view taker);
  NodePtr handle(std::string name);
  NodePtr stage(NodePtr input);
  expr::ExprPtr parsed_expression();
  // Parts of an aggregate, which stands at a byte. `written` is the call with its parameters as
  // they stand in the text.
  const AggregateInfo* aggregate_function();
  void aggregate_arguments(AggregateCall& call, AggregateCall& written, std::size_t byte);
  void aggregate_filter(AggregateCall& call, AggregateCall& written);
  void check_share(const AggregateCall& call, std::size_t byte);

  expr::Lexer lexer_;
  std::span<const Value> parameters_;
  const select::Catalog* catalog_;  // null: no SELECT can be read
  unsigned nesting_ = 0;
  std::size_t stages_ = 0;
};

}  // namespace arbors::plan
