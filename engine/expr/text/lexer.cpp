#include "engine/expr/text/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/text/characters.h"
#include "engine/expr/text/keywords.h"
#include "engine/json/values/utf8.h"

namespace arbors::expr {
namespace {

// Longer symbols first, so that the first that fits is the right one.
constexpr std::array<std::string_view, 34> kSymbols{
    "->>", "||", "&&", "<<", ">>", "<=", ">=", "<>", "!=", "!", "==", "->",
    "=",   "<",  ">",  "|",  "&",  "~",  "+",  "-",  "*",  "/", "%",  "(",
    ")",   "[",  "]",  "{",  "}",  ",",  ".",  "@",  ":",  ";"};

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || is_digit(c) || u == '_' || u == '$' ||
         u >= 0x80;
}
int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

[[noreturn]] void fail_in(std::string_view text, std::size_t byte, std::string_view sentence,
                          std::string_view stage = {}) {
  byte = std::min(byte, text.size());
  const std::size_t begin = text.rfind('\n', byte == 0 ? 0 : byte - 1);
  const std::size_t line_begin = begin == std::string_view::npos || byte == 0 ? 0 : begin + 1;
  const std::size_t line_end = std::min(text.find('\n', byte), text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(byte), '\n');
  const std::size_t column = characters(text.substr(line_begin, byte - line_begin)) + 1;
  std::string message = stage.empty() ? "" : "in " + std::string(stage) + ", ";
  message += "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
             std::string(sentence);
  // Shows a window of a long line, so that the caret stays in sight.
  constexpr std::size_t kBefore = 60;
  constexpr std::size_t kAfter = 40;
  const auto inside_character = [&](std::size_t at) {
    return at < line_end && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  std::size_t from = byte - line_begin > kBefore ? byte - kBefore : line_begin;
  std::size_t to = std::min(line_end, byte + kAfter);
  while (inside_character(from)) ++from;
  while (inside_character(to)) ++to;
  message += "\n  " + std::string(text.substr(from, to - from)) + "\n  ";
  for (std::size_t at = from; at < byte; ++at) {
    const auto u = static_cast<unsigned char>(text[at]);
    if ((u & 0xC0) != 0x80) message += text[at] == '\t' ? '\t' : ' ';
  }
  throw_invalid(message + '^');
}

// Cuts one text into tokens.
class Cutter {
 public:
  Cutter(std::string_view text, Dialect dialect, std::size_t from)
      : text_(text), sql_(dialect == Dialect::Sql), at_(from) {}

  std::vector<Token> cut() {
    constexpr std::size_t kMany = 64;
    tokens_.reserve(std::min((text_.size() - at_) / 2 + 1, kMany));
    for (;;) {
      skip_blanks();
      Token token = one();
      token.end = at_;
      tokens_.push_back(std::move(token));
      if (tokens_.back().kind == Token::Kind::End) return std::move(tokens_);
    }
  }

 private:
  char at(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void skip_blanks() {
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      if (at() == '-' && at(1) == '-') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (sql_ && at() == '/' && at(1) == '*') {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  Token one() {
    Token token;
    token.begin = at_;
    if (at_ == text_.size()) return token;
    for (const Kind& kind : kKinds)
      if ((this->*kind.begins)()) return (this->*kind.read)(std::move(token));
    return symbol(std::move(token));
  }

  // A kind of token but symbols: whether one begins here, and what reads it. The first that begins
  // here is the right one.
  struct Kind {
    bool (Cutter::*begins)() const;
    Token (Cutter::*read)(Token);
  };
  static const std::array<Kind, 8> kKinds;

  bool at_text() const { return at() == '\''; }
  bool at_quoted_key() const { return at() == '"' || (sql_ && at() == '`'); }
  bool at_bracketed() const { return sql_ && at() == '[' && !after_name(); }
  bool at_blob() const { return (at() == 'x' || at() == 'X') && at(1) == '\''; }
  // A SELECT may stand in a plan: its parameters are cut again as SQL's.
  bool at_sql_parameter() const {
    return (at() == '?' || (sql_ && (at() == ':' || at() == '$'))) && !is_digit(at(1));
  }
  bool at_parameter() const { return at() == '?'; }
  bool at_number() const {
    return !after_dot() && (is_digit(at()) || (at() == '.' && is_digit(at(1)) && !after_name()));
  }
  bool at_name() const { return is_word(at()); }

  // Tells whether a word here is a key of a path, which may begin with a digit.
  bool after_dot() const {
    return tokens_.size() >= 2 && tokens_.back().text == "." &&
           tokens_.back().kind == Token::Kind::Symbol && tokens_.back().end == at_ &&
           ends_path(tokens_[tokens_.size() - 2]);
  }
  // Tells whether a dot here continues a path.
  bool after_name() const {
    return !tokens_.empty() && tokens_.back().end == at_ && ends_path(tokens_.back());
  }
  static bool ends_path(const Token& token) {
    return token.kind == Token::Kind::Name || token.kind == Token::Kind::QuotedName ||
           (token.kind == Token::Kind::Symbol && token.text == "]");
  }

  Token quoted(Token token) {
    const char quote = at();
    token.kind = quote == '\'' ? Token::Kind::Text : Token::Kind::QuotedName;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        if (at(1) != quote) {
          ++at_;
          return token;
        }
        ++at_;
      }
      token.text += text_[at_];
    }
    fail_in(text_, token.begin,
            quote == '"' ? "the quoted key does not end" : "the text does not end");
  }

  Token blob(Token token) {
    token.kind = Token::Kind::Blob;
    for (at_ += 2; hex_digit(at()) >= 0 && hex_digit(at(1)) >= 0; at_ += 2) {
      token.text += static_cast<char>(hex_digit(at()) * 16 + hex_digit(at(1)));
    }
    if (at() != '\'')
      fail_in(text_, at_, "a blob is written x'…' with pairs of hexadecimal digits");
    ++at_;
    return token;
  }

  Token parameter(Token token) {
    token.kind = Token::Kind::Parameter;
    const char* end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data() + at_ + 1, end, token.parameter);
    if (error != std::errc{} || token.parameter == 0 || token.parameter > 32766) {
      fail_in(text_, at_, "a parameter is written ?1, ?2, …");
    }
    at_ = static_cast<std::size_t>(stop - text_.data());
    return token;
  }

  // Reads [name], a quoted name where no path's step can stand.
  Token bracketed(Token token) {
    token.kind = Token::Kind::QuotedName;
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) fail_in(text_, at_, "the quoted name does not end");
    token.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return token;
  }

  // Reads ?, :name or $name, which the parser of SQL numbers.
  Token sql_parameter(Token token) {
    token.kind = Token::Kind::Parameter;
    const bool named = at() != '?';
    ++at_;
    while (named && at_ < text_.size() && is_word(text_[at_])) ++at_;
    token.text = text_.substr(token.begin, at_ - token.begin);
    if (named && token.text.size() == 1)
      fail_in(text_, token.begin, "a parameter is written ?, ?1, :name or $name");
    return token;
  }

  Token number(Token token) {
    token.kind = Token::Kind::Number;
    if (at() == '0' && (at(1) == 'x' || at(1) == 'X') && hex_digit(at(2)) >= 0) {
      return hexadecimal(std::move(token));
    }
    while (is_digit(at())) ++at_;
    if (at() == '.') {
      for (++at_; is_digit(at());) ++at_;
    }
    if (at() == 'e' || at() == 'E') {
      const std::size_t sign = at(1) == '+' || at(1) == '-' ? 2 : 1;
      if (is_digit(at(sign))) {
        for (at_ += sign; is_digit(at());) ++at_;
      }
    }
    token.text = text_.substr(token.begin, at_ - token.begin);
    if (is_word(at()))
      fail_in(text_, token.begin, "this is no number (quote a key that begins with a digit)");
    token.number = numeric_value(token.text, false);
    return token;
  }

  Token hexadecimal(Token token) {
    std::uint64_t value = 0;
    std::size_t digits = 0;
    for (at_ += 2; hex_digit(at()) >= 0; ++at_) {
      value = value * 16 + static_cast<std::uint64_t>(hex_digit(at()));
      if (value != 0) ++digits;
    }
    if (digits > 16) fail_in(text_, token.begin, "the hexadecimal number is too big");
    token.text = text_.substr(token.begin, at_ - token.begin);
    token.number = Value::of(static_cast<std::int64_t>(value));
    return token;
  }

  Token name(Token token) {
    token.kind = Token::Kind::Name;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    token.text = text_.substr(token.begin, at_ - token.begin);
    return token;
  }

  Token symbol(Token token) {
    token.kind = Token::Kind::Symbol;
    for (const std::string_view symbol : kSymbols) {
      if (symbol.front() != at() || text_.substr(at_, symbol.size()) != symbol) continue;
      at_ += symbol.size();
      token.text = symbol;
      return token;
    }
    fail_in(text_, at_, "this character means nothing here");
  }

  std::string_view text_;
  bool sql_;
  std::size_t at_;
  std::vector<Token> tokens_;
};

const std::array<Cutter::Kind, 8> Cutter::kKinds{{
    {&Cutter::at_text, &Cutter::quoted},
    {&Cutter::at_quoted_key, &Cutter::quoted},
    {&Cutter::at_blob, &Cutter::blob},
    {&Cutter::at_bracketed, &Cutter::bracketed},
    {&Cutter::at_sql_parameter, &Cutter::sql_parameter},
    {&Cutter::at_parameter, &Cutter::parameter},
    {&Cutter::at_number, &Cutter::number},
    {&Cutter::at_name, &Cutter::name},
}};

}  // namespace

Lexer::Lexer(std::string_view text, Dialect dialect, std::size_t from)
    : text_(text), tokens_(Cutter(text, dialect, from).cut()) {
  if (!json::is_utf8(text)) throw_invalid("the text is no UTF-8");
}

const Token& Lexer::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token Lexer::next() {
  Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

void Lexer::skip_to(std::size_t byte) {
  while (!at_end() && peek().begin < byte) ++at_;
}

bool Lexer::at_keyword(std::string_view keyword, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == Token::Kind::Name && same_word(token.text, keyword);
}

bool Lexer::at_symbol(std::string_view symbol, std::size_t ahead) const {
  const Token& token = peek(ahead);
  return token.kind == Token::Kind::Symbol && token.text == symbol;
}

bool Lexer::accept_keyword(std::string_view keyword) {
  const bool found = at_keyword(keyword);
  if (found) ++at_;
  return found;
}

bool Lexer::accept_symbol(std::string_view symbol) {
  const bool found = at_symbol(symbol);
  if (found) ++at_;
  return found;
}

void Lexer::expect_keyword(std::string_view keyword) {
  if (!accept_keyword(keyword)) fail("expected '" + std::string(keyword) + "'");
}

void Lexer::expect_symbol(std::string_view symbol) {
  if (!accept_symbol(symbol)) fail("expected '" + std::string(symbol) + "'");
}

void Lexer::fail(std::string_view sentence) const {
  const Token& token = peek();
  if (token.kind != Token::Kind::End) fail_at(token.begin, sentence);
  fail_at(token.begin, std::string(sentence) + ", but the text ends");
}

void Lexer::fail_at(std::size_t byte, std::string_view sentence) const {
  fail_in(text_, byte, sentence, stage_);
}

}  // namespace arbors::expr
