// Cuts plan text into tokens, shared by the expression parser and the plan parser. Keywords are
// plain identifiers until a parser asks for them, so that a key may be named as a keyword is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/value.h"

namespace arbors::expr {

struct Token {
  enum class Kind : std::uint8_t {
    End,
    Name,        // bare: letters, digits, _, $, non-ASCII; `text` as written
    QuotedName,  // "…" : `text` unquoted
    Text,        // '…' : `text` unquoted
    Blob,        // x'…': `text` holds the bytes
    Number,      // `number`; may begin a key after a dot (2B), then `text` is the whole word
    Parameter,   // ?n; in SQL also ?, :name and $name: `text` as written, `parameter` 0
    Symbol       // an operator or punctuation: `text`
  };
  Kind kind = Kind::End;
  std::string text;
  Value number;
  std::uint32_t parameter = 0;
  std::size_t begin = 0, end = 0;  // bytes of the source
};

// SQL has more kinds of parameters, quoted names and comments than plans, whose paths may begin
// with `[` and `$`.
enum class Dialect : std::uint8_t { Plan, Sql };

class Lexer {
 public:
  // `text` must outlive the lexer. Cuts everything from a byte on at once; throws Error{Invalid}
  // with position.
  explicit Lexer(std::string_view text, Dialect dialect = Dialect::Plan, std::size_t from = 0);

  const Token& peek(std::size_t ahead = 0) const;
  Token next();
  std::string_view source() const { return text_; }

  // Tells whether the next token is this keyword (case ignored) or symbol; accept also takes it,
  // expect throws where it is not.
  bool at_keyword(std::string_view keyword, std::size_t ahead = 0) const;
  bool at_symbol(std::string_view symbol, std::size_t ahead = 0) const;
  bool accept_keyword(std::string_view keyword);
  bool accept_symbol(std::string_view symbol);
  void expect_keyword(std::string_view keyword);
  void expect_symbol(std::string_view symbol);
  bool at_end() const { return peek().kind == Token::Kind::End; }

  // Remembers and returns to a place.
  std::size_t mark() const { return at_; }
  void rewind(std::size_t mark) { at_ = mark; }
  // Goes on at the first token that begins at a byte or behind it.
  void skip_to(std::size_t byte);
  // The end of the token that was taken last.
  std::size_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  // Names the stage of a plan that is being read, which errors then tell; gives the one before.
  std::string_view enter(std::string_view stage) { return std::exchange(stage_, stage); }

  // Throws Error{Invalid}: the stage, the sentence, line and column, the line itself and a caret
  // under the token that comes next (or under the byte given).
  [[noreturn]] void fail(std::string_view sentence) const;
  [[noreturn]] void fail_at(std::size_t byte, std::string_view sentence) const;

 private:
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::string_view stage_;  // lives elsewhere; empty outside of stages
};

}  // namespace arbors::expr
