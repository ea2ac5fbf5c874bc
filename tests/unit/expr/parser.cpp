// The expression language as text: what is read, how it is written back, what errors say.
#include "engine/expr/text/parser.h"

#include <algorithm>
#include <string>

#include "engine/base/error.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/forms/function.h"
#include "tests/unit/catch.h"

namespace arbors::expr {
namespace {

std::string rewritten(const std::string& text) { return to_text(*parse_expression(text)); }

std::string error_of(const std::string& text) {
  try {
    parse_expression(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("expressions are written as they are read again", "[expr]") {
  CHECK(rewritten("a+b*c") == "a + b * c");
  CHECK(rewritten("(a+b)*c") == "(a + b) * c");
  CHECK(rewritten("a - (b - c)") == "a - (b - c)");
  CHECK(rewritten("NOT a = b AND c") == "NOT a = b AND c");
  CHECK(rewritten("a < b = c") == "a < b = c");
  CHECK(rewritten("a between 1 and 2 or b not in (3,'x')") ==
        "a BETWEEN 1 AND 2 OR b NOT IN (3, 'x')");
  CHECK(rewritten("\"end\".x is not null") == "\"end\".x IS NOT NULL");
  CHECK(rewritten("career_batting.2B > 3 -- doubles") == "career_batting.2B > 3");
  CHECK(rewritten("list_any(batting, HR > 60 and it is not null)") ==
        "list_any(batting, HR > 60 AND it IS NOT NULL)");
  CHECK(rewritten("batting[-1].HR") == "batting[-1].HR");
  CHECK(rewritten("-9223372036854775808") == "-9223372036854775808");
  CHECK(rewritten("- 0.0") == "-0.0");  // as SQLite, not 0.0
}

TEST_CASE("a pipe ends an expression, in parentheses it is bit-or", "[expr]") {
  Lexer lexer("a + 1 | select b");
  CHECK(to_text(*parse_expression(lexer)) == "a + 1");
  CHECK(lexer.at_symbol("|"));
  Lexer bits("(a | 1) | head 2");
  CHECK(to_text(*parse_expression(bits)) == "(a | 1)");
}

TEST_CASE("errors say where, with a caret", "[expr]") {
  CHECK(error_of("a +\n b ^ 2") ==
        "line 2, column 4: this character means nothing here\n"
        "   b ^ 2\n     ^");
  CHECK(error_of("uper(a)").find("no such function: uper (did you mean upper?)") !=
        std::string::npos);
  CHECK(error_of("substr(a)").find("takes 2 to 3 arguments, not 1") != std::string::npos);
  CHECK(error_of("a and").find("expected an expression, but the text ends") != std::string::npos);
  for (const char* text : {"a = :x", "a = @x", "a in (:x)"})
    CHECK(error_of(text).find("a parameter is written ?1, ?2") != std::string::npos);
  for (const char* text :
       {"", "a b", "'x", "(a", "a in 3", "case end", "?0", "1.5.2", "a.", "[x]"}) {
    CHECK(error_of(text) != "no error");
  }
}

TEST_CASE("an excerpt of a long line cuts no character", "[expr]") {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, ' ');
    for (int i = 0; i < 50; ++i) text += "'\xF0\x9F\x98\x80' ";
    try {
      parse_expression(text + "= 1 " + text);
      FAIL("no error");
    } catch (const Error& error) {
      INFO(error.what());
      const std::string_view message = error.what();
      for (std::size_t at = 0; at < message.size(); ++at) {
        if (message[at] != '\xF0') continue;
        CHECK(message.substr(at, 4) == "\xF0\x9F\x98\x80");
      }
      CHECK(std::count(message.begin(), message.end(), '\x9F') ==
            std::count(message.begin(), message.end(), '\xF0'));
    }
  }
}

TEST_CASE("ten thousand parentheses are an error", "[expr]") {
  const std::string open(10'000, '(');
  CHECK(error_of(open + "1" + std::string(10'000, ')')).find("nested too deeply") !=
        std::string::npos);
  std::string sum = "a";
  for (int i = 0; i < 10'000; ++i) sum += "+a";
  CHECK(error_of(sum).find("nested too deeply") != std::string::npos);
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "NOT ";
  CHECK(error_of(nots + "a").find("nested too deeply") != std::string::npos);
}

TEST_CASE("paths that an expression reads, list elements under their list", "[expr]") {
  const auto found = paths(*parse_expression("a.b + a.b > 1 and list_any(l, x = it.y)"));
  std::vector<std::string> texts;
  for (const Path& path : found) texts.push_back(arbors::to_text(path));
  CHECK(texts == std::vector<std::string>{"a.b", "l", "l[*].x", "l[*].y"});
}

TEST_CASE("parameters are bound by number", "[expr]") {
  const Value given[] = {Value::of(std::int64_t{40}), Value::of(std::int64_t{2})};
  CHECK(evaluate_constant(*parse_expression("?1 + ?2"), given).integer == 42);
  CHECK_THROWS_WITH(evaluate_constant(*parse_expression("?3"), given),
                    StartsWith("parameter ?3 has no value"));
}

TEST_CASE("every function of the table is found by its name and explained", "[expr]") {
  for (const Function& function : functions()) {
    CHECK(find_function(function.name) == &function);
    CHECK(!function.help.empty());
    CHECK(function.signature.starts_with(std::string(function.name) + "("));
    CHECK(function.evaluate != nullptr);
  }
}

}  // namespace arbors::expr
