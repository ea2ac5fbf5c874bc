// The clause FROM: tables, older generations, handles, queries, json_each, and how they are joined.
#include "engine/plan/moment.h"
#include "engine/plan/select/query_reader.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

using expr::Token;

std::vector<FromItem> QueryReader::from() {
  std::vector<FromItem> items;
  add_from(items, FromItem::Join::Comma, false);
  while (joined(items)) {
  }
  return items;
}

// Reads an operator of joins and what stands behind it; false where there is none.
bool QueryReader::joined(std::vector<FromItem>& items) {
  if (lexer_.accept_symbol(",")) {
    add_from(items, FromItem::Join::Comma, false);
    return true;
  }
  const std::size_t byte = lexer_.peek().begin;
  const std::size_t before = lexer_.mark();
  const bool natural = lexer_.accept_keyword("natural");
  FromItem::Join join = FromItem::Join::Inner;
  if (lexer_.accept_keyword("left")) {
    lexer_.accept_keyword("outer");
    join = FromItem::Join::Left;
  } else if (lexer_.accept_keyword("cross")) {
    join = FromItem::Join::Comma;
  } else if (lexer_.at_keyword("right") || lexer_.at_keyword("full")) {
    lexer_.fail("RIGHT and FULL JOIN are not understood here");
  } else {
    lexer_.accept_keyword("inner");
  }
  if (!lexer_.accept_keyword("join")) {
    if (lexer_.mark() != before) lexer_.fail_at(byte, "expected JOIN");
    return false;
  }
  add_from(items, join, natural);
  return true;
}

void QueryReader::add_from(std::vector<FromItem>& items, FromItem::Join join, bool natural) {
  FromItem item = from_item();
  item.join = join;
  item.natural = natural;
  if (lexer_.accept_keyword("on")) {
    item.on = expression();
  } else if (lexer_.accept_keyword("using")) {
    lexer_.expect_symbol("(");
    do item.columns.push_back(word("a column's name"));
    while (lexer_.accept_symbol(","));
    lexer_.expect_symbol(")");
  }
  items.push_back(std::move(item));
}

FromItem QueryReader::from_item() {
  FromItem item;
  item.begin = lexer_.peek().begin;
  if (lexer_.at_symbol("(")) {
    if (!begins_query(lexer_, 1)) lexer_.fail("joins in parentheses are not understood here");
    item.kind = FromItem::Kind::Query;
    item.query = query_in_parens();
  } else if (lexer_.at_keyword("json_each") && lexer_.at_symbol("(", 1)) {
    item.kind = FromItem::Kind::Each;
    item.name = lexer_.next().text;
    lexer_.next();
    item.argument = expression();
    if (lexer_.at_symbol(",")) lexer_.fail("json_each with a path is not understood here");
    lexer_.expect_symbol(")");
  } else {
    table_name(item);
  }
  item.alias = alias();
  return item;
}

void QueryReader::table_name(FromItem& item) {
  const Token& token = lexer_.peek();
  if (lexer_.accept_symbol("@")) {
    item.kind = FromItem::Kind::Handle;
    item.name = '@' + std::to_string(handle_number());
    return;
  }
  if (token.kind == Token::Kind::Text && token.text.starts_with("@")) {
    item.kind = FromItem::Kind::Handle;
    item.name = lexer_.next().text;
    return;
  }
  item.name = word("a table, a query in parentheses or a handle").text;
  if (lexer_.accept_symbol(".")) {
    item.schema = std::move(item.name);
    item.name = word("a table's name").text;
  }
  if (lexer_.at_symbol("("))
    lexer_.fail_at(item.begin,
                   "the table-valued function " + item.name + " is not understood here");
  if (lexer_.accept_symbol("@")) item.when = read_moment(lexer_);
}

std::int64_t QueryReader::handle_number() {
  if (lexer_.peek().kind != Token::Kind::Number || lexer_.peek().number.kind != ValueKind::Integer)
    lexer_.fail("expected a whole number behind @");
  return lexer_.next().number.integer;
}

std::string QueryReader::alias() {
  if (lexer_.accept_keyword("as")) {
    if (lexer_.peek().kind == Token::Kind::Text) return lexer_.next().text;
    return word("a name behind AS").text;
  }
  if (lexer_.peek().kind == Token::Kind::Text) return lexer_.next().text;
  return at_name() ? lexer_.next().text : std::string();
}

}  // namespace arbors::plan::select
