// Writes expressions as text, with parentheses where SQLite's precedence asks for them.
#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/expression.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/forms/value_set.h"
#include "engine/expr/text/keywords.h"
#include "engine/expr/text/precedence.h"

namespace arbors::expr {
namespace {

constexpr std::array<std::string_view, 6> kComparisons{"=", "<>", "<", "<=", ">", ">="};
constexpr std::array<std::string_view, 9> kArithmetic{"+", "-", "*",  "/", "%",
                                                      "&", "|", "<<", ">>"};
constexpr std::array<Level, 9> kArithmeticLevels{kSum,  kSum,  kProduct, kProduct, kProduct,
                                                 kBits, kBits, kBits,    kBits};
constexpr std::array<std::string_view, 3> kUnarySymbols{"-", "+", "~"};
constexpr std::array<std::string_view, 3> kCollations{"BINARY", "NOCASE", "RTRIM"};

template <typename E>
std::size_t index_of(E value) {
  return static_cast<std::size_t>(value);
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

std::string blob_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "x'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out + '\'';
}

std::string real_text(double value) {
  if (std::isinf(value)) return value < 0 ? "-1e999" : "1e999";
  char digits[40];
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string value_text(const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return "NULL";
    case ValueKind::Integer:
      return std::to_string(value.integer);
    case ValueKind::Real:
      return real_text(value.real);
    case ValueKind::Blob:
      return blob_text(value.text);
    default:
      return quoted(value.text);
  }
}

std::string path_text(const Path& path) {
  if (path.steps.empty()) return "it";
  if (leads_nowhere(path)) return "(a field that is gone)";
  std::string text = arbors::to_text(path);
  const PathStep& first = path.steps.front();
  const bool word = first.kind == PathStep::Kind::Key && is_quoted(first.key);
  return word ? '"' + first.key + '"' + text.substr(first.key.size()) : text;
}

class Printer {
 public:
  std::string print(const Expr& expr, Level least) {
    const auto [level, text] =
        std::visit([&](const auto& form) { return write(form, expr); }, expr.form);
    return level < least ? "(" + text + ")" : text;
  }

 private:
  struct Written {
    Level level;
    std::string text;
  };

  std::string arg(const Expr& expr, std::size_t i, Level least) {
    return print(*expr.args[i], least);
  }
  std::string list(const Expr& expr, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < expr.args.size(); ++i) {
      text += (text.empty() ? "" : ", ") + arg(expr, i, kOr);
    }
    return text;
  }
  static std::string not_word(bool negated) { return negated ? "NOT " : ""; }
  // Names the collation where the operands do not say it themselves.
  static std::string collate_word(Collation used, const Expr& left, const Expr& right) {
    if (used == collation(left, right)) return "";
    return " COLLATE " + std::string(kCollations[index_of(used)]);
  }

  Written write(const Constant& form, const Expr&) {
    if (form.boolean) return {kOperand, form.value.integer != 0 ? "true" : "false"};
    return {kOperand, value_text(form.value)};
  }
  Written write(const Parameter& form, const Expr&) {
    return {kOperand, "?" + std::to_string(form.number)};
  }
  Written write(const PathRead& form, const Expr&) { return {kOperand, path_text(form.path)}; }
  Written write(const Compare& form, const Expr& expr) {
    const Level level = form.op <= Comparison::NotEqual ? kEquality : kOrder;
    const auto above = static_cast<Level>(level + 1);
    // The parser refuses a bare || between comparisons.
    const Expr& left = *expr.args[0];
    const bool joined = left.as<Compare>() != nullptr && left.args[1]->as<Concat>() != nullptr;
    return {level, arg(expr, 0, joined ? kOperand : level) + " " +
                       std::string(kComparisons[index_of(form.op)]) + " " + arg(expr, 1, above) +
                       collate_word(form.collation, *expr.args[0], *expr.args[1])};
  }
  Written write(const Is& form, const Expr& expr) {
    return {kEquality, arg(expr, 0, kEquality) + " IS " + not_word(form.negated) +
                           arg(expr, 1, kOrder) +
                           collate_word(form.collation, *expr.args[0], *expr.args[1])};
  }
  Written write(const IsTruth& form, const Expr& expr) {
    return {kEquality, arg(expr, 0, kEquality) + " IS " + not_word(form.negated) +
                           (form.truth ? "TRUE" : "FALSE")};
  }
  Written write(const IsNull& form, const Expr& expr) {
    return {kEquality, arg(expr, 0, kEquality) + " IS " + not_word(form.negated) + "NULL"};
  }
  Written write(const Between& form, const Expr& expr) {
    return {kEquality, arg(expr, 0, kEquality) + " " + not_word(form.negated) + "BETWEEN " +
                           arg(expr, 1, kOrder) +
                           collate_word(form.low_collation, *expr.args[0], *expr.args[1]) +
                           " AND " + arg(expr, 2, kOrder) +
                           collate_word(form.high_collation, *expr.args[0], *expr.args[2])};
  }
  Written write(const In& form, const Expr& expr) {
    std::string items;
    const auto add = [&](const std::string& item) { items += (items.empty() ? "" : ", ") + item; };
    for (const Value& item : form.set->items()) add(value_text(item));
    if (form.set->holds_null()) add("NULL");
    if (expr.args.size() > 1) add(list(expr, 1));
    const Expr& value = *expr.args[0];
    return {kEquality, arg(expr, 0, kEquality) + collate_word(form.set->collation(), value, value) +
                           " " + not_word(form.negated) + "IN (" + items + ")"};
  }
  Written write(const Match& form, const Expr& expr) {
    const char* word = form.pattern == Pattern::Like ? "LIKE " : "GLOB ";
    std::string text =
        arg(expr, 0, kEquality) + " " + not_word(form.negated) + word + arg(expr, 1, kOrder);
    if (expr.args.size() > 2) text += " ESCAPE " + arg(expr, 2, kOrder);
    return {kEquality, std::move(text)};
  }
  Written joined(const Expr& expr, const char* word, Level level) {
    std::string text;
    for (const ExprPtr& part : expr.args) {
      text += (text.empty() ? "" : word) + print(*part, static_cast<Level>(level + 1));
    }
    return {level, std::move(text)};
  }
  Written write(const And&, const Expr& expr) { return joined(expr, " AND ", kAnd); }
  Written write(const Or&, const Expr& expr) { return joined(expr, " OR ", kOr); }
  Written write(const Not&, const Expr& expr) { return {kNot, "NOT " + arg(expr, 0, kNot)}; }
  Written write(const Calculate& form, const Expr& expr) {
    const Level level = kArithmeticLevels[index_of(form.op)];
    std::string text = arg(expr, 0, level) + " " + std::string(kArithmetic[index_of(form.op)]) +
                       " " + arg(expr, 1, static_cast<Level>(level + 1));
    // A bare `|` would end a plan's stage.
    if (form.op == Arithmetic::BitOr) return {kOperand, "(" + text + ")"};
    return {level, std::move(text)};
  }
  Written write(const UnaryOp& form, const Expr& expr) {
    const bool simple = expr.args[0]->as<PathRead>() != nullptr;  // never `--`, a comment
    const std::string symbol(kUnarySymbols[index_of(form.op)]);
    return {kUnary, symbol + (simple ? arg(expr, 0, kOperand) : "(" + arg(expr, 0, kOr) + ")")};
  }
  Written write(const Concat&, const Expr& expr) {
    return {kConcat, arg(expr, 0, kConcat) + " || " + arg(expr, 1, kCollate)};
  }
  Written write(const Case& form, const Expr& expr) {
    std::size_t at = 0;
    std::string text = "CASE";
    if (form.has_base) text += " " + arg(expr, at++, kOr);
    const std::size_t end = expr.args.size() - (form.has_otherwise ? 1 : 0);
    for (; at < end; at += 2) {
      text += " WHEN " + arg(expr, at, kOr) + " THEN " + arg(expr, at + 1, kOr);
    }
    if (form.has_otherwise) text += " ELSE " + arg(expr, end, kOr);
    return {kOperand, text + " END"};
  }
  Written write(const Cast& form, const Expr& expr) {
    return {kOperand, "CAST(" + arg(expr, 0, kOr) + " AS " + form.type + ")"};
  }
  Written write(const Collate& form, const Expr& expr) {
    return {kCollate, arg(expr, 0, kCollate) + " COLLATE " +
                          std::string(kCollations[index_of(form.collation)])};
  }
  Written write(const Call& form, const Expr& expr) {
    return {kOperand, std::string(form.function->name) + "(" + list(expr, 0) + ")"};
  }
};

}  // namespace

std::string to_text(const Expr& expr) { return Printer().print(expr, kOr); }

}  // namespace arbors::expr
