#include "engine/expr/text/path_parser.h"

#include "engine/expr/text/keywords.h"

namespace arbors::expr {
namespace {

PathStep bracket_step(Lexer& lexer) {
  PathStep step;
  if (lexer.accept_symbol("*")) {
    step.kind = PathStep::Kind::Every;
  } else {
    step.kind = PathStep::Kind::Index;
    const bool negative = lexer.accept_symbol("-");
    if (lexer.peek().kind != Token::Kind::Number ||
        lexer.peek().number.kind != ValueKind::Integer) {
      lexer.fail("expected a number or '*' after '['");
    }
    step.index = lexer.next().number.integer;
    if (negative) step.index = -step.index;
  }
  lexer.expect_symbol("]");
  return step;
}

bool at_key(const Lexer& lexer) {
  return lexer.peek().kind == Token::Kind::Name || lexer.peek().kind == Token::Kind::QuotedName;
}

// Tells whether the next token follows the one before without a blank, as a path's steps do.
bool joined(const Lexer& lexer, std::size_t end) { return lexer.peek().begin == end; }

// Reads the key that a path begins with; `it`, the whole tree, is none.
void read_first_key(Lexer& lexer, Path& path) {
  if (!at_key(lexer)) lexer.fail("expected a path");
  const bool bare = lexer.peek().kind == Token::Kind::Name;
  const bool root = bare && lexer.at_keyword("it");
  if (bare && !root && is_reserved(lexer.peek().text)) {
    lexer.fail("expected an expression; a key named as a keyword stands in double quotes");
  }
  Token key = lexer.next();
  if (!root) path.steps.push_back({PathStep::Kind::Key, std::move(key.text), 0});
}

}  // namespace

Path parse_path(Lexer& lexer) {
  Path path;
  std::size_t arrays = 0;
  std::size_t end = lexer.peek().begin;
  if (!lexer.at_symbol("[")) {
    end = lexer.peek().end;
    read_first_key(lexer, path);
  }
  for (;;) {
    if (joined(lexer, end) && lexer.accept_symbol("[")) {
      path.steps.push_back(bracket_step(lexer));
      arrays += path.steps.back().kind == PathStep::Kind::Every ? 1 : 0;
      if (arrays > kMostArrays) lexer.fail(kTooManyArrays);
      lexer.rewind(lexer.mark() - 1);
      end = lexer.next().end;
    } else if (joined(lexer, end) && lexer.accept_symbol(".")) {
      if (!at_key(lexer)) lexer.fail("expected a key after '.'");
      end = lexer.peek().end;
      path.steps.push_back({PathStep::Kind::Key, lexer.next().text, 0});
    } else {
      return path;
    }
  }
}

}  // namespace arbors::expr
