// What a SELECT adds to expressions: names, parameters, aggregates, windows, queries.
#include <algorithm>

#include "engine/expr/forms/builder.h"
#include "engine/expr/text/path_parser.h"
#include "engine/plan/select/call_names.h"
#include "engine/plan/select/query_reader.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

using expr::Token;

expr::ExprPtr QueryReader::leaf(Leaf leaf) {
  leaf.end = lexer_.last_end();
  statement_.leaves.push_back(std::move(leaf));
  return expr::parameter(kLeaf + static_cast<std::uint32_t>(statement_.leaves.size() - 1));
}

// Reads `a`, `t.a`, `schema.t.a`, or a path: which of these is decided where tables are known.
expr::ExprPtr QueryReader::name(expr::Lexer& lexer) {
  Leaf name;
  name.begin = lexer.peek().begin;
  if (!at_name())
    lexer.fail("expected an expression; a column named as a keyword stands in double quotes");
  name.words.push_back(word("a name"));
  while (name.words.size() < 3 && lexer.peek().begin == lexer.last_end() && lexer.at_symbol(".") &&
         (at_name(1) || lexer.peek(1).kind == Token::Kind::Name)) {
    lexer.next();
    const Token token = lexer.next();
    name.words.push_back({token.text, token.kind == Token::Kind::QuotedName});
  }
  name.steps = steps_behind_name();
  return leaf(std::move(name));
}

std::vector<PathStep> QueryReader::steps_behind_name() {
  if (lexer_.peek().begin != lexer_.last_end() || !(lexer_.at_symbol(".") || lexer_.at_symbol("[")))
    return {};
  lexer_.rewind(lexer_.mark() - 1);
  std::vector<PathStep> steps = expr::parse_path(lexer_).steps;
  // The name itself was read as the first step, unless it is the root's own.
  if (!steps.empty() && steps.front().kind == PathStep::Kind::Key) steps.erase(steps.begin());
  return steps;
}

// Numbers parameters as SQLite does: ? is one more than the greatest so far, a name keeps its own.
expr::ExprPtr QueryReader::parameter(expr::Lexer& lexer) {
  const Token token = lexer.next();
  std::uint32_t number = token.parameter;
  if (number == 0) {
    const auto known = std::find_if(named_parameters_.begin(), named_parameters_.end(),
                                    [&](const auto& named) { return named.first == token.text; });
    if (token.text != "?" && known != named_parameters_.end()) {
      number = known->second;
    } else {
      number = last_parameter_ + 1;
      if (token.text != "?") named_parameters_.emplace_back(token.text, number);
    }
  }
  last_parameter_ = std::max(last_parameter_, number);
  if (number > parameters_.size())
    lexer.fail_at(token.begin, "parameter " + token.text + " (number " + std::to_string(number) +
                                   ") is not given (there are " +
                                   std::to_string(parameters_.size()) + ")");
  return expr::constant(parameters_[number - 1]);
}

expr::ExprPtr QueryReader::call(expr::Lexer& lexer) {
  const Token word = lexer.peek();
  if (lexer.at_keyword("exists") && begins_query(lexer, 2)) {
    Leaf exists;
    exists.kind = Leaf::Kind::Exists;
    exists.begin = word.begin;
    lexer.next();
    exists.query = query_in_parens();
    return leaf(std::move(exists));
  }
  if (lexer.at_keyword("json_extract")) return json_extract();
  if (lexer.at_keyword("json_type") || lexer.at_keyword("json_array_length")) return of_path();
  if (lexer.at_keyword("raise")) lexer.fail("RAISE is not understood here");
  return is_aggregate_or_window(word.text) ? aggregate_call(word) : nullptr;
}

// json_extract(value, path) is value ->> path.
expr::ExprPtr QueryReader::json_extract() {
  Leaf access;
  access.kind = Leaf::Kind::Access;
  access.begin = lexer_.peek().begin;
  access.flag = true;
  lexer_.next();
  lexer_.next();
  access.function = true;
  access.args = expressions();
  lexer_.expect_symbol(")");
  if (access.args.size() != 2)
    lexer_.fail_at(access.begin, "json_extract with several paths is not understood here");
  return leaf(std::move(access));
}

// json_type(value, path) and its like; null, and nothing read, where no path is given.
expr::ExprPtr QueryReader::of_path() {
  const Place before = place();
  Leaf access;
  access.kind = Leaf::Kind::Access;
  access.begin = lexer_.peek().begin;
  access.flag = true;
  access.words.push_back({lexer_.next().text, false});
  lexer_.next();
  access.args = expressions();
  lexer_.expect_symbol(")");
  if (access.args.size() == 2) return leaf(std::move(access));
  go_back(before);
  return nullptr;
}

QueryReader::Place QueryReader::place() const {
  return {lexer_.mark(), statement_.leaves.size(), named_parameters_.size(), last_parameter_};
}

void QueryReader::go_back(const Place& place) {
  lexer_.rewind(place.token);
  statement_.leaves.resize(place.leaves);
  named_parameters_.resize(place.named);
  last_parameter_ = place.parameter;
}

// Reads f([DISTINCT] args [ORDER BY …]) [FILTER (WHERE …)] [OVER …]; null, and nothing read, where
// that is a plain function: min and max of several arguments.
expr::ExprPtr QueryReader::aggregate_call(const Token& word) {
  const Place before = place();
  Leaf call;
  call.kind = Leaf::Kind::Aggregate;
  call.begin = word.begin;
  call.words.push_back({word.text, false});
  lexer_.next();
  lexer_.next();
  call.distinct = lexer_.accept_keyword("distinct");
  if (lexer_.at_symbol("*") && lexer_.at_symbol(")", 1)) {
    call.flag = true;
    lexer_.next();
  } else if (!lexer_.at_symbol(")")) {
    call.args = expressions();
  }
  if (accept_words("order", "by")) call.order = order_terms();
  lexer_.expect_symbol(")");
  if (is_scalar_call(word.text, call.args.size())) {
    go_back(before);
    return nullptr;
  }
  if (lexer_.at_keyword("filter") && lexer_.at_symbol("(", 1)) {
    lexer_.next();
    lexer_.next();
    lexer_.expect_keyword("where");
    call.filter = expression();
    lexer_.expect_symbol(")");
  }
  over(call);
  return leaf(std::move(call));
}

expr::ExprPtr QueryReader::query(expr::Lexer& lexer) {
  if (!begins_query(lexer, 1)) return nullptr;
  Leaf scalar;
  scalar.kind = Leaf::Kind::Scalar;
  scalar.begin = lexer.peek().begin;
  scalar.query = query_in_parens();
  return leaf(std::move(scalar));
}

expr::ExprPtr QueryReader::in(expr::Lexer& lexer, const expr::ExprPtr& left, bool negated) {
  if (!lexer.at_symbol("(")) lexer.fail("expected a list or a query in parentheses behind IN");
  if (!begins_query(lexer, 1)) return nullptr;
  Leaf in;
  in.kind = Leaf::Kind::In;
  in.begin = lexer.peek().begin;
  in.args.push_back(left);
  in.flag = negated;
  in.query = query_in_parens();
  return leaf(std::move(in));
}

expr::ExprPtr QueryReader::access(expr::Lexer&, const expr::ExprPtr& left,
                                  const expr::ExprPtr& right, bool as_value, std::size_t byte) {
  Leaf access;
  access.kind = Leaf::Kind::Access;
  access.begin = byte;
  access.args = {left, right};
  access.flag = as_value;
  return leaf(std::move(access));
}

}  // namespace arbors::plan::select
