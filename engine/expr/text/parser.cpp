#include "engine/expr/text/parser.h"

#include <limits>

#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/text/binary_operators.h"
#include "engine/expr/text/path_parser.h"

namespace arbors::expr {
namespace {

// Nested constructs a text may have: each costs the parser a few stack frames.
constexpr unsigned kMaxNesting = 200;

constexpr char kParameters[] = "a parameter is written ?1, ?2, …";

class Parser {
 public:
  // With `pipes`, a `|` outside parentheses ends the expression: it separates a plan's stages.
  Parser(Lexer& lexer, bool pipes, Host* host = nullptr)
      : lexer_(lexer), pipe_ends_(pipes), host_(host) {}

  ExprPtr expression(Level level = kOr) {
    const Nesting nesting(*this);
    ExprPtr left = prefix();
    while (ExprPtr longer = continued(left, level)) left = std::move(longer);
    return left;
  }

 private:
  struct Nesting {
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > kMaxNesting) parser_.lexer_.fail("nested too deeply");
    }
    ~Nesting() { --parser_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    Parser& parser_;
  };

  // Suspends the meaning of `|` as a pipe while a bracket is open.
  class Bracket {
   public:
    explicit Bracket(Parser& parser) : parser_(parser), before_(parser.pipe_ends_) {
      parser_.pipe_ends_ = false;
    }
    ~Bracket() { parser_.pipe_ends_ = before_; }
    Bracket(const Bracket&) = delete;
    Bracket& operator=(const Bracket&) = delete;

   private:
    Parser& parser_;
    bool before_;
  };

  // Reports what a builder says of operands at the operator's place.
  template <typename Build>
  ExprPtr built(std::size_t byte, Build build) {
    try {
      return build();
    } catch (const Error& error) {
      lexer_.fail_at(byte, error.what());
    }
  }

  static Level above(Level level) { return static_cast<Level>(level + 1); }

  ExprPtr prefix() {
    // NOT takes all that binds tighter, wherever it stands: a = NOT b = c is a = (NOT (b = c)).
    if (lexer_.accept_keyword("not")) return negation(expression(kNot));
    if (lexer_.accept_symbol("-")) return negative();
    if (lexer_.accept_symbol("+")) return unary(Unary::Plus, expression(kUnary));
    if (lexer_.at_symbol("!")) lexer_.fail("! is written not");
    if (lexer_.accept_symbol("~")) return unary(Unary::BitNot, expression(kUnary));
    return operand();
  }

  // Reads the literal of the least integer, and of other negative numbers, as one constant.
  ExprPtr negative() {
    const Token& token = lexer_.peek();
    if (token.kind != Token::Kind::Number) return unary(Unary::Negate, expression(kUnary));
    const Value number = lexer_.next().number;
    if (number.kind == ValueKind::Integer) return constant(Value::of(-number.integer));
    if (number.real == 9223372036854775808.0 && token_was_integer()) {
      return constant(Value::of(std::numeric_limits<std::int64_t>::min()));
    }
    return constant(Value::of(-number.real));
  }
  bool token_was_integer() {
    lexer_.rewind(lexer_.mark() - 1);
    return lexer_.next().text == "9223372036854775808";
  }

  // Reads one more operator and its right side, where it binds at least as tightly as `level`;
  // null where none follows.
  ExprPtr continued(const ExprPtr& left, Level level) {
    const std::size_t byte = lexer_.peek().begin;
    if (lexer_.at_symbol("&&")) lexer_.fail("&& is written and");
    if (lexer_.peek().kind == Token::Kind::Symbol) return binary(left, level, byte);
    if (lexer_.peek().kind != Token::Kind::Name) return nullptr;
    if (level <= kCollate && lexer_.accept_keyword("collate")) {
      const Collation named = collation_name();
      return built(byte, [&] { return collate(left, named); });
    }
    if (level <= kEquality) {
      if (ExprPtr test = word_operator(left, byte)) return test;
    }
    if (level <= kAnd && lexer_.accept_keyword("and")) {
      std::vector<ExprPtr> operands = chain(left, "and", above(kAnd));
      return built(byte, [&] { return and_all(std::move(operands)); });
    }
    if (level <= kOr && lexer_.accept_keyword("or")) {
      std::vector<ExprPtr> operands = chain(left, "or", above(kOr));
      return built(byte, [&] { return or_any(std::move(operands)); });
    }
    return nullptr;
  }

  // Reads all operands of a row of ANDs or ORs, after the first such word, at once: one by one, a
  // long row would be copied for each.
  std::vector<ExprPtr> chain(const ExprPtr& left, std::string_view word, Level operand) {
    std::vector<ExprPtr> conditions{left};
    do {
      conditions.push_back(expression(operand));
    } while (lexer_.accept_keyword(word));
    return conditions;
  }

  ExprPtr binary(const ExprPtr& left, Level level, std::size_t byte) {
    if (host_ != nullptr && level <= kConcat)
      if (ExprPtr found = access(left, byte)) return found;
    for (const BinaryOperator& op : binary_operators()) {
      if (!lexer_.at_symbol(op.symbol) || op.level < level) continue;
      if (op.symbol == "|" && pipe_ends_) return nullptr;
      if (op.level <= kOrder && joins_conditions(left))
        lexer_.fail_at(concat_byte_, "|| joins texts; one condition or another is written or");
      lexer_.next();
      ExprPtr right = expression(above(op.level));
      if (op.level == kConcat) {
        concat_byte_ = byte;
        concat_end_ = lexer_.mark();
      }
      return built(byte, [&] { return op.make(left, right); });
    }
    return nullptr;
  }

  ExprPtr access(const ExprPtr& left, std::size_t byte) {
    const bool as_value = lexer_.accept_symbol("->>");
    if (!as_value && !lexer_.accept_symbol("->")) return nullptr;
    const ExprPtr right = expression(above(kConcat));
    return host_->access(lexer_, left, right, as_value, byte);
  }

  // Tells whether a comparison that another one follows ends with a bare `||`: a = 1 || b = 2 is
  // (a = (1 || b)) = 2, which nobody means who writes it without parentheses.
  bool joins_conditions(const ExprPtr& left) const {
    return left->as<Compare>() != nullptr && left->args[1]->as<Concat>() != nullptr &&
           concat_end_ == lexer_.mark();
  }

  ExprPtr word_operator(const ExprPtr& left, std::size_t byte) {
    if (lexer_.accept_keyword("isnull")) return is_null(left);
    if (lexer_.accept_keyword("notnull")) return is_null(left, true);
    if (lexer_.accept_keyword("is")) return is_operator(left, byte);
    const bool negated = lexer_.at_keyword("not");
    const std::size_t ahead = negated ? 1 : 0;
    const auto accept = [&](std::string_view word) {
      if (!lexer_.at_keyword(word, ahead)) return false;
      for (std::size_t i = 0; i <= ahead; ++i) lexer_.next();
      return true;
    };
    if (negated && accept("null")) return is_null(left, true);
    if (accept("between")) return between_operator(left, negated, byte);
    if (accept("in")) return in_operator(left, negated, byte);
    if (accept("like")) return match_operator(Pattern::Like, left, negated, byte);
    if (accept("glob")) return match_operator(Pattern::Glob, left, negated, byte);
    return nullptr;
  }

  ExprPtr is_operator(const ExprPtr& left, std::size_t byte) {
    bool negated = lexer_.accept_keyword("not");
    if (lexer_.accept_keyword("distinct")) {
      lexer_.expect_keyword("from");
      negated = !negated;
    }
    ExprPtr right = expression(above(kEquality));
    if (const auto* literal = right->as<Constant>()) {
      if (literal->value.is_null()) return is_null(left, negated);
      if (literal->boolean) return is_truth(left, literal->value.integer != 0, negated);
    }
    return built(byte, [&] { return is(left, right, negated); });
  }

  ExprPtr between_operator(const ExprPtr& left, bool negated, std::size_t byte) {
    ExprPtr low = expression(above(kAnd));
    lexer_.expect_keyword("and");
    ExprPtr high = expression(above(kEquality));
    return built(byte, [&] { return between(left, low, high, negated); });
  }

  ExprPtr in_operator(const ExprPtr& left, bool negated, std::size_t byte) {
    if (host_ != nullptr)
      if (ExprPtr found = host_->in(lexer_, left, negated)) return found;
    lexer_.expect_symbol("(");
    std::vector<ExprPtr> items = list_until(")");
    return built(byte, [&] { return in(left, std::move(items), negated); });
  }

  ExprPtr match_operator(Pattern kind, const ExprPtr& left, bool negated, std::size_t byte) {
    ExprPtr pattern = expression(above(kEquality));
    ExprPtr escape;
    if (kind == Pattern::Like && lexer_.accept_keyword("escape")) {
      escape = expression(above(kEquality));
    }
    return built(byte, [&] { return match(kind, left, pattern, escape, negated); });
  }

  Collation collation_name() {
    for (const auto& [name, collation] :
         {std::pair{"binary", Collation::Binary}, std::pair{"nocase", Collation::NoCase},
          std::pair{"rtrim", Collation::RTrim}}) {
      if (lexer_.accept_keyword(name)) return collation;
    }
    lexer_.fail("expected a collation: BINARY, NOCASE or RTRIM");
  }

  ExprPtr operand() {
    const Token& token = lexer_.peek();
    switch (token.kind) {
      case Token::Kind::Number:
        return constant(lexer_.next().number);
      case Token::Kind::Text:
        return constant(Value::of(lexer_.next().text));
      case Token::Kind::Blob:
        return constant(Value::blob(lexer_.next().text));
      case Token::Kind::Parameter:
        if (host_ != nullptr) return host_->parameter(lexer_);
        if (token.parameter == 0) lexer_.fail(kParameters);
        return parameter(lexer_.next().parameter);
      case Token::Kind::QuotedName:
        return name();
      case Token::Kind::Name:
        return word();
      case Token::Kind::Symbol:
        if (lexer_.at_symbol("(")) return parenthesized();
        if (lexer_.at_symbol("[")) return path(arbors::expr::parse_path(lexer_));
        if (lexer_.at_symbol(":") || lexer_.at_symbol("@")) lexer_.fail(kParameters);
        break;
      default:
        break;
    }
    lexer_.fail("expected an expression");
  }

  ExprPtr name() {
    return host_ != nullptr ? host_->name(lexer_) : path(arbors::expr::parse_path(lexer_));
  }

  ExprPtr parenthesized() {
    if (host_ != nullptr)
      if (ExprPtr found = host_->query(lexer_)) return found;
    lexer_.expect_symbol("(");
    const Bracket bracket(*this);
    ExprPtr inner = expression();
    lexer_.expect_symbol(")");
    return inner;
  }

  ExprPtr word() {
    if (lexer_.accept_keyword("null")) return constant(Value::null());
    if (lexer_.accept_keyword("true")) return boolean(true);
    if (lexer_.accept_keyword("false")) return boolean(false);
    if (lexer_.accept_keyword("case")) return case_expression();
    if (!lexer_.at_symbol("(", 1)) return name();
    if (lexer_.at_keyword("cast")) return cast_expression();
    if (host_ != nullptr)
      if (ExprPtr found = host_->call(lexer_)) return found;
    return function();
  }

  ExprPtr case_expression() {
    const Bracket bracket(*this);
    const std::size_t byte = lexer_.peek().begin;
    ExprPtr base = lexer_.at_keyword("when") ? nullptr : expression();
    std::vector<When> branches;
    while (lexer_.accept_keyword("when")) {
      When branch;
      branch.when = expression();
      lexer_.expect_keyword("then");
      branch.then = expression();
      branches.push_back(std::move(branch));
    }
    if (branches.empty()) lexer_.fail("expected WHEN");
    ExprPtr otherwise = lexer_.accept_keyword("else") ? expression() : nullptr;
    lexer_.expect_keyword("end");
    return built(byte, [&] { return case_of(base, std::move(branches), otherwise); });
  }

  ExprPtr cast_expression() {
    lexer_.next();
    lexer_.expect_symbol("(");
    const Bracket bracket(*this);
    ExprPtr value = expression();
    lexer_.expect_keyword("as");
    const std::size_t byte = lexer_.peek().begin;
    std::string type;
    while (lexer_.peek().kind == Token::Kind::Name) {
      type += (type.empty() ? "" : " ") + lexer_.next().text;
    }
    if (type.empty()) lexer_.fail("expected a type");
    if (lexer_.at_symbol("(")) type += type_size();
    lexer_.expect_symbol(")");
    return built(byte, [&] { return cast(value, type); });
  }

  // Reads the size of a type, `(10)` or `(10, 2)`, which means nothing, as in SQLite.
  std::string type_size() {
    std::string size = lexer_.next().text;
    for (bool more = true; more;) {
      if (lexer_.peek().kind != Token::Kind::Number) lexer_.fail("expected a number");
      size += lexer_.next().text;
      more = lexer_.accept_symbol(",");
      if (more) size += ", ";
    }
    lexer_.expect_symbol(")");
    return size + ')';
  }

  ExprPtr function() {
    const Token name = lexer_.next();
    if (find_function(name.text) == nullptr) {
      return built(name.begin, [&] { return call(name.text, {}); });  // says what is near
    }
    lexer_.expect_symbol("(");
    std::vector<ExprPtr> args = list_until(")");
    return built(name.begin, [&] { return call(name.text, std::move(args)); });
  }

  std::vector<ExprPtr> list_until(std::string_view close) {
    const Bracket bracket(*this);
    std::vector<ExprPtr> items;
    if (lexer_.accept_symbol(close)) return items;
    do {
      items.push_back(expression());
    } while (lexer_.accept_symbol(","));
    lexer_.expect_symbol(close);
    return items;
  }

  Lexer& lexer_;
  bool pipe_ends_;
  Host* host_;
  std::size_t concat_byte_ = 0;        // where the last || stands
  std::size_t concat_end_ = SIZE_MAX;  // the mark behind its right side
  unsigned nesting_ = 0;
};

}  // namespace

ExprPtr parse_expression(Lexer& lexer) { return Parser(lexer, true).expression(); }

ExprPtr parse_expression(Lexer& lexer, Host& host) {
  return Parser(lexer, false, &host).expression();
}

ExprPtr parse_expression(std::string_view text) {
  Lexer lexer(text);
  ExprPtr expr = Parser(lexer, false).expression();
  if (!lexer.at_end()) lexer.fail("expected an operator or the end of the expression");
  return expr;
}

}  // namespace arbors::expr
