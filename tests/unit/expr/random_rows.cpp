#include "tests/unit/expr/random_rows.h"

#include <cstdlib>

#include "engine/json/values/writer.h"

namespace arbors::expr {
namespace {

template <typename T>
const T& pick(std::mt19937& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

const std::vector<std::int64_t> kIntegers{0,
                                          1,
                                          -1,
                                          2,
                                          3,
                                          5,
                                          7,
                                          10,
                                          255,
                                          -17,
                                          9007199254740993,
                                          INT64_MAX,
                                          INT64_MIN,
                                          4611686018427387904};
const std::vector<double> kReals{0.0,
                                 1.0,
                                 -1.5,
                                 2.5,
                                 0.1,
                                 3.0,
                                 1e15,
                                 1e16,
                                 1e300,
                                 -1e-7,
                                 9007199254740992.0,
                                 9223372036854775808.0,
                                 123456.789};
const std::vector<std::string> kTexts{"",     "a",   "A",    "abc",    "ABC",
                                      "abc ", "b",   "1",    "1.0",    " 5 ",
                                      "5x",   "1e2", "-3",   "zoë",    "ZOË",
                                      "a%c",  "a_c", "0x10", "true",   "10",
                                      "é",    "x'y", "[1",   "abcabc", "9223372036854775808",
                                      ".5",   "5.",  "1e",   "Ab"};

Cell integer_cell(std::int64_t value) { return {std::to_string(value), Value::of(value)}; }
Cell real_cell(double value) {
  std::string json;
  json::write_real(json, value);
  return {json, Value::of(value)};
}
Cell text_cell(const std::string& text) {
  std::string json;
  json::write_string(json, text);
  return {json, Value::of(text)};
}

Cell any_cell(std::mt19937& random) {
  switch (random() % 10) {
    case 0:
      return {"", Value::null()};
    case 1:
      return {"null", Value::null()};
    case 2:
      return random() % 2 != 0 ? Cell{"true", Value::of(std::int64_t{1})}
                               : Cell{"false", Value::of(std::int64_t{0})};
    case 3:
      return {"123456789012345678901234567890", Value::of(123456789012345678901234567890.0)};
    case 4: {
      const std::string text = pick(random, std::vector<std::string>{"[1,2]", "{\"k\":1}", "[]"});
      return {text, Value::of(text)};
    }
    case 5:
    case 6:
      return integer_cell(pick(random, kIntegers));
    case 7:
      return real_cell(pick(random, kReals));
    default:
      return text_cell(pick(random, kTexts));
  }
}

std::string literal(std::mt19937& random) {
  switch (random() % 6) {
    case 0:
      return "NULL";
    case 1:
      return std::to_string(pick(random, kIntegers));
    case 2: {
      std::string text;
      json::write_real(text, pick(random, kReals));
      return text;
    }
    default: {
      std::string quoted = "'";
      for (const char c : pick(random, kTexts)) quoted += c == '\'' ? "''" : std::string(1, c);
      return quoted + "'";
    }
  }
}

std::string operand(std::mt19937& random, int depth) {
  return depth <= 0 || random() % 3 == 0
             ? (random() % 3 == 0 ? literal(random) : pick(random, kColumns))
             : "(" + random_expression(random, depth - 1) + ")";
}

std::string pattern(std::mt19937& random, bool glob) {
  static const std::vector<std::string> kLike{"'a%'", "'%c'",  "'%B%'",   "'abc'",
                                              "'_'",  "'a_c'", "'%'",     "''",
                                              "'1%'", "'z_%'", "'%a%c%'", "'%b_a%'"};
  static const std::vector<std::string> kGlob{"'a*'",      "'*c'",  "'[aA]*'", "'[^a]*'",
                                              "'?'",       "'a?c'", "'*'",     "''",
                                              "'[a-c]bc'", "'[]x'", "'*b*c'"};
  return pick(random, glob ? kGlob : kLike);
}

std::string call(std::mt19937& random, int depth) {
  const auto arg = [&] { return operand(random, depth - 1); };
  switch (random() % 19) {
    case 0:
      return "upper(" + arg() + ")";
    case 1:
      return "lower(" + arg() + ")";
    case 2:
      return "length(" + arg() + ")";
    case 3:
      return "substr(" + arg() + ", " + arg() + ")";
    case 4:
      return "substr(" + arg() + ", " + std::to_string(static_cast<int>(random() % 7) - 3) + ", " +
             std::to_string(static_cast<int>(random() % 7) - 3) + ")";
    case 5:
      return "trim(" + arg() + ")";
    case 6:
      return "ltrim(" + arg() + ", 'a1')";
    case 7:
      return "rtrim(" + arg() + ", 'c ')";
    case 8:
      return "replace(" + arg() + ", " + arg() + ", 'x')";
    case 9:
      return "instr(" + arg() + ", " + arg() + ")";
    case 10:
      return "round(" + arg() + ", " + std::to_string(random() % 4) + ")";
    case 11:
      return "coalesce(" + arg() + ", " + arg() + ", " + arg() + ")";
    case 12:
      return "ifnull(" + arg() + ", " + arg() + ")";
    case 13:
      return "iif(" + arg() + ", " + arg() + ", " + arg() + ")";
    case 14:
      return "nullif(" + arg() + ", " + arg() + ")";
    case 15:
      return "typeof(" + arg() + ")";
    case 16:
      return "min(" + arg() + ", " + arg() + ")";
    case 17:
      return "max(" + arg() + ", " + arg() + ", " + arg() + ")";
    default:
      return "sign(" + arg() + ")";
  }
}

std::string collation(std::mt19937& random) {
  return random() % 4 != 0 ? "" : (random() % 2 != 0 ? " COLLATE NOCASE" : " COLLATE RTRIM");
}

std::string simple_predicate(std::mt19937& random) {
  const std::string column = pick(random, kColumns);
  static const std::vector<std::string> kOperators{"=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT"};
  switch (random() % 7) {
    case 0:
      return column + (random() % 2 != 0 ? " IS NULL" : " IS NOT NULL");
    case 1:
      return column + (random() % 3 != 0 ? " BETWEEN " : " NOT BETWEEN ") + literal(random) +
             " AND " + literal(random);
    case 2:
      return column + (random() % 3 != 0 ? " IN (" : " NOT IN (") + literal(random) + ", " +
             literal(random) + ", " + literal(random) + ")";
    case 3: {
      const bool glob = random() % 2 != 0;
      return column + (random() % 4 != 0 ? "" : " NOT") + (glob ? " GLOB " : " LIKE ") +
             pattern(random, glob);
    }
    case 4:
      return literal(random) + " " + pick(random, kOperators) + " " + column;
    default:
      return column + collation(random) + " " + pick(random, kOperators) + " " + literal(random);
  }
}

}  // namespace

Row random_row(std::mt19937& random) {
  const auto maybe = [&](Cell cell) {
    return random() % 5 == 0 ? Cell{"null", Value::null()} : cell;
  };
  return {any_cell(random), any_cell(random), maybe(integer_cell(pick(random, kIntegers))),
          maybe(real_cell(pick(random, kReals))), maybe(text_cell(pick(random, kTexts)))};
}

std::string document(const Row& row) {
  std::string text = "{";
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].json.empty()) continue;
    if (text.size() > 1) text += ',';
    text += '"' + kColumns[i] + "\":" + row[i].json;
  }
  return text + "}";
}

std::string random_expression(std::mt19937& random, int depth) {
  const auto arg = [&] { return operand(random, depth - 1); };
  if (depth <= 0) return operand(random, 0);
  static const std::vector<std::string> kBinary{
      "+", "-",  "*", "/",  "%", "||", "&",   "|",  "<<", ">>",
      "=", "<>", "<", "<=", ">", ">=", "AND", "OR", "IS", "IS NOT"};
  static const std::vector<std::string> kTypes{"INTEGER", "REAL", "TEXT", "NUMERIC"};
  switch (random() % 12) {
    case 0:
      return "NOT " + arg();
    case 1:
      return pick(random, std::vector<std::string>{"- ", "+ ", "~ "}) + arg();
    case 2:
      return "CASE WHEN " + arg() + " THEN " + arg() + " ELSE " + arg() + " END";
    case 3:
      return "CASE " + arg() + " WHEN " + arg() + " THEN " + arg() + " WHEN " + arg() + " THEN " +
             arg() + " END";
    case 4:
      return "CAST(" + arg() + " AS " + pick(random, kTypes) + ")";
    case 5:
      return arg() + " IN (" + arg() + ", " + literal(random) + ", " + arg() + ")";
    case 6:
      return arg() + " BETWEEN " + arg() + " AND " + arg();
    case 7:
      return arg() + collation(random) + " = " + arg();
    case 8:
      return simple_predicate(random);
    case 9:
      return call(random, depth);
    default:
      return arg() + " " + pick(random, kBinary) + " " + arg();
  }
}

std::string random_predicate(std::mt19937& random, int depth) {
  const auto part = [&] { return "(" + random_predicate(random, depth - 1) + ")"; };
  if (depth <= 0 || random() % 3 == 0) return simple_predicate(random);
  switch (random() % 6) {
    case 0:
    case 1:
      return part() + " AND " + part();
    case 2:
      return part() + " OR " + part();
    case 3:
      return "NOT " + part();
    case 4:
      return part() + " IS " + (random() % 2 != 0 ? "NOT " : "") + "TRUE";
    default:
      return random_expression(random, depth);
  }
}

}  // namespace arbors::expr
