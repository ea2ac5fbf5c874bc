#include "engine/plan/select/query_reader.h"

#include <array>

#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

constexpr unsigned kMostNesting = 64;    // queries in queries
constexpr std::size_t kMostCores = 500;  // as SQLite's SQLITE_LIMIT_COMPOUND_SELECT

struct SetWords {
  std::string_view word;
  SetOperator op;
};
constexpr std::array<SetWords, 3> kSetOperators{{{"union", SetOperator::Union},
                                                 {"intersect", SetOperator::Intersect},
                                                 {"except", SetOperator::Except}}};

}  // namespace

// An Arbor may be named as one of these words: then a stage, a generation or nothing follows.
bool QueryReader::begins_query(const expr::Lexer& lexer, std::size_t ahead) {
  if (lexer.at_keyword("values", ahead)) return lexer.at_symbol("(", ahead + 1);
  const expr::Token& next = lexer.peek(ahead + 1);
  if (lexer.at_keyword("with", ahead))
    return next.kind >= expr::Token::Kind::Name && next.kind <= expr::Token::Kind::QuotedName;
  const bool ends = next.kind == expr::Token::Kind::End || lexer.at_symbol("|", ahead + 1) ||
                    lexer.at_symbol(")", ahead + 1) || lexer.at_symbol(".", ahead + 1) ||
                    lexer.at_symbol("@", ahead + 1);
  return lexer.at_keyword("select", ahead) && !ends;
}

QueryPtr QueryReader::query() {
  if (++nesting_ > kMostNesting) lexer_.fail("queries are nested too deeply");
  auto query = std::make_shared<Query>();
  query->begin = lexer_.peek().begin;
  query->with = common_tables();
  query->cores.push_back(core());
  for (bool more = true; more;) {
    more = false;
    for (const SetWords& set : kSetOperators) {
      if (!lexer_.accept_keyword(set.word)) continue;
      const bool all = set.op == SetOperator::Union && lexer_.accept_keyword("all");
      query->operators.push_back(all ? SetOperator::UnionAll : set.op);
      if (query->cores.size() == kMostCores) lexer_.fail("too many queries in one");
      query->cores.push_back(core());
      more = true;
    }
  }
  order_limit(*query);
  --nesting_;
  return query;
}

std::vector<CommonTable> QueryReader::common_tables() {
  std::vector<CommonTable> tables;
  if (!lexer_.accept_keyword("with")) return tables;
  if (lexer_.at_keyword("recursive")) lexer_.fail("WITH RECURSIVE is not understood here");
  do {
    CommonTable& table = tables.emplace_back();
    table.begin = lexer_.peek().begin;
    table.name = word("a name for the query").text;
    if (lexer_.accept_symbol("(")) {
      do table.columns.push_back(word("a column's name").text);
      while (lexer_.accept_symbol(","));
      lexer_.expect_symbol(")");
    }
    lexer_.expect_keyword("as");
    if (!lexer_.accept_keyword("materialized") && lexer_.accept_keyword("not"))
      lexer_.expect_keyword("materialized");
    table.query = query_in_parens();
  } while (lexer_.accept_symbol(","));
  return tables;
}

Core QueryReader::core() {
  if (lexer_.at_keyword("values")) return values();
  Core core;
  core.begin = lexer_.peek().begin;
  const auto before = static_cast<std::ptrdiff_t>(statement_.leaves.size());
  for (const std::string_view other : {"insert", "update", "delete", "replace"})
    if (lexer_.at_keyword(other))
      lexer_.fail("only a SELECT may stand here: give " + lexer_.peek().text + " to SQLite itself");
  lexer_.expect_keyword("select");
  core.distinct = lexer_.accept_keyword("distinct");
  if (!core.distinct) lexer_.accept_keyword("all");
  do core.columns.push_back(result_column());
  while (lexer_.accept_symbol(","));
  if (lexer_.accept_keyword("from")) core.from = from();
  if (lexer_.accept_keyword("where")) core.where = expression();
  if (accept_words("group", "by")) core.group_by = order_terms();
  if (lexer_.accept_keyword("having")) core.having = expression();
  if (lexer_.accept_keyword("window")) core.windows = windows();
  core.has_windows = std::any_of(statement_.leaves.begin() + before, statement_.leaves.end(),
                                 [](const Leaf& leaf) { return leaf.kind == Leaf::Kind::Window; });
  return core;
}

Core QueryReader::values() {
  Core core;
  core.begin = lexer_.peek().begin;
  lexer_.expect_keyword("values");
  do {
    lexer_.expect_symbol("(");
    core.values.push_back(expressions());
    lexer_.expect_symbol(")");
    if (core.values.back().size() != core.values.front().size())
      lexer_.fail_at(core.begin, "all VALUES must have the same number of terms");
  } while (lexer_.accept_symbol(","));
  return core;
}

ResultColumn QueryReader::result_column() {
  ResultColumn column;
  column.begin = lexer_.peek().begin;
  star(column);
  if (lexer_.last_end() > column.begin) return column;
  column.expr = expression();
  column.end = lexer_.last_end();
  if (lexer_.accept_keyword("as")) {
    const expr::Token& token = lexer_.peek();
    column.alias =
        token.kind == expr::Token::Kind::Text ? lexer_.next().text : word("a name behind AS").text;
  } else if (at_name() || lexer_.peek().kind == expr::Token::Kind::Text) {
    column.alias = lexer_.next().text;
  }
  return column;
}

// Reads `*` or `table.*`, or nothing.
void QueryReader::star(ResultColumn& column) {
  if (lexer_.accept_symbol("*")) return;
  if (!at_name() || !lexer_.at_symbol(".", 1) || !lexer_.at_symbol("*", 2)) return;
  column.table = word("a table");
  lexer_.next();
  lexer_.next();
}

void QueryReader::order_limit(Query& query) {
  if (accept_words("order", "by")) query.order_by = order_terms();
  if (!lexer_.accept_keyword("limit")) return;
  query.limit = expression();
  if (lexer_.accept_keyword("offset")) {
    query.offset = expression();
  } else if (lexer_.accept_symbol(",")) {
    query.offset = std::move(query.limit);
    query.limit = expression();
  }
}

QueryPtr QueryReader::query_in_parens() {
  lexer_.expect_symbol("(");
  QueryPtr inside = query();
  lexer_.expect_symbol(")");
  return inside;
}

OrderTerm QueryReader::order_term() {
  OrderTerm term;
  term.begin = lexer_.peek().begin;
  term.expr = expression();
  term.end = lexer_.last_end();
  term.descending = lexer_.accept_keyword("desc");
  if (!term.descending) lexer_.accept_keyword("asc");
  if (lexer_.at_keyword("nulls") &&
      (lexer_.at_keyword("first", 1) || lexer_.at_keyword("last", 1))) {
    lexer_.next();
    term.nulls_first = lexer_.accept_keyword("first");
    if (!*term.nulls_first) lexer_.next();
  }
  return term;
}

std::vector<OrderTerm> QueryReader::order_terms() {
  std::vector<OrderTerm> terms;
  do terms.push_back(order_term());
  while (lexer_.accept_symbol(","));
  return terms;
}

std::vector<expr::ExprPtr> QueryReader::expressions() {
  std::vector<expr::ExprPtr> list;
  do list.push_back(expression());
  while (lexer_.accept_symbol(","));
  return list;
}

bool QueryReader::at_name(std::size_t ahead) const {
  const expr::Token& token = lexer_.peek(ahead);
  return token.kind == expr::Token::Kind::QuotedName ||
         (token.kind == expr::Token::Kind::Name && !is_keyword(token.text));
}

Word QueryReader::word(std::string_view what) {
  if (!at_name()) lexer_.fail("expected " + std::string(what));
  const expr::Token token = lexer_.next();
  return {token.text, token.kind == expr::Token::Kind::QuotedName};
}

bool QueryReader::accept_words(std::string_view first, std::string_view second) {
  if (!lexer_.at_keyword(first) || !lexer_.at_keyword(second, 1)) return false;
  lexer_.next();
  lexer_.next();
  return true;
}

}  // namespace arbors::plan::select
