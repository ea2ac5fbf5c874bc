// Windows: OVER, WINDOW and frames.
#include "engine/plan/select/query_reader.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {

std::vector<NamedWindow> QueryReader::windows() {
  std::vector<NamedWindow> named;
  do {
    NamedWindow& one = named.emplace_back();
    one.name = word("a window's name").text;
    lexer_.expect_keyword("as");
    lexer_.expect_symbol("(");
    one.window = window();
    lexer_.expect_symbol(")");
  } while (lexer_.accept_symbol(","));
  return named;
}

// Reads what stands between the parentheses.
WindowSpec QueryReader::window() {
  WindowSpec spec;
  spec.byte = lexer_.peek().begin;
  const bool clause = lexer_.at_keyword("partition") || lexer_.at_keyword("order") ||
                      lexer_.at_keyword("rows") || lexer_.at_keyword("range") ||
                      lexer_.at_keyword("groups");
  if (!clause && at_name()) spec.base = lexer_.next().text;
  if (accept_words("partition", "by")) spec.partition = expressions();
  if (accept_words("order", "by")) spec.order = order_terms();
  if (lexer_.at_keyword("rows") || lexer_.at_keyword("range") || lexer_.at_keyword("groups"))
    spec.frame = frame();
  return spec;
}

Frame QueryReader::frame() {
  Frame frame;
  if (lexer_.accept_keyword("rows")) {
    frame.unit = Frame::Unit::Rows;
  } else if (lexer_.accept_keyword("groups")) {
    frame.unit = Frame::Unit::Groups;
  } else {
    lexer_.expect_keyword("range");
  }
  if (lexer_.accept_keyword("between")) {
    frame.from = bound();
    lexer_.expect_keyword("and");
    frame.to = bound();
  } else {
    frame.from = bound();
    frame.to.kind = FrameBound::Kind::CurrentRow;
  }
  if (lexer_.accept_keyword("exclude")) {
    if (!lexer_.accept_keyword("no")) lexer_.fail("EXCLUDE is not understood here");
    lexer_.expect_keyword("others");
  }
  return frame;
}

FrameBound QueryReader::bound() {
  FrameBound bound;
  if (lexer_.accept_keyword("current")) {
    lexer_.expect_keyword("row");
    bound.kind = FrameBound::Kind::CurrentRow;
    return bound;
  }
  const bool unbounded = lexer_.accept_keyword("unbounded");
  if (!unbounded) bound.offset = expression();
  const bool preceding = lexer_.accept_keyword("preceding");
  if (!preceding) lexer_.expect_keyword("following");
  using Kind = FrameBound::Kind;
  bound.kind = unbounded ? (preceding ? Kind::UnboundedPreceding : Kind::UnboundedFollowing)
                         : (preceding ? Kind::Preceding : Kind::Following);
  return bound;
}

// Reads OVER (…) or OVER name, where it stands.
void QueryReader::over(Leaf& leaf) {
  if (!lexer_.at_keyword("over") || !(lexer_.at_symbol("(", 1) || at_name(1))) return;
  lexer_.next();
  leaf.kind = Leaf::Kind::Window;
  if (lexer_.accept_symbol("(")) {
    leaf.window = window();
    lexer_.expect_symbol(")");
    return;
  }
  leaf.window.emplace();
  leaf.window->byte = lexer_.peek().begin;
  leaf.window->base = lexer_.next().text;
}

}  // namespace arbors::plan::select
