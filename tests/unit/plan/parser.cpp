// The plan parser: what its tables list parses, what is wrong is an error with a place, and no text
// crashes or hangs it.
#include "engine/plan/parse_plan.h"

#include "engine/base/error.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/stage.h"
#include "tests/unit/catch.h"

namespace arbors::plan {
namespace {

TEST_CASE("every listed stage, source and aggregate parses from its own example", "[plan]") {
  for (const StageInfo& stage : stages()) {
    INFO(stage.name);
    const NodePtr plan = parse_plan("players | " + std::string(stage.example));
    CHECK(to_text(*parse_plan(to_text(*plan))) == to_text(*plan));
    CHECK(std::string(stage.example).starts_with(stage.name));
    CHECK(std::string(stage.syntax).starts_with(stage.name));
  }
  for (const SourceInfo& source : source_forms()) {
    INFO(source.example);
    CHECK_NOTHROW(parse_plan(source.example));
  }
  for (const AggregateInfo& info : aggregates()) {
    INFO(info.name);
    const char* arguments = info.most_args == 2 ? "(x, 0.5)" : "(x)";
    CHECK_NOTHROW(parse_plan("p | aggregate " + std::string(info.name) + arguments));
  }
}

TEST_CASE("keywords ignore case, comments and line breaks count as blanks", "[plan]") {
  CHECK(to_text(*parse_plan("Players -- all of them\n | FILTER hr > 1\n|Top_K 3 BY hr")) ==
        "Players | filter hr > 1 | top_k 3 by hr desc");
}

TEST_CASE("what is wrong is named with its place and a caret", "[plan]") {
  const auto fails = [](const char* text, const char* sentence) {
    INFO(text);
    CHECK_THROWS_WITH(parse_plan(text), ContainsSubstring(sentence));
  };
  fails("players | filtr HR > 1", "line 1, column 11: no such stage: filtr (did you mean filter?)");
  fails("players | filtr HR > 1", "\n            ^");
  fails("players | filter HR >", "in filter, line 1, column 22: expected an expression");
  fails("players | append (x | head 1 | skip y)", "in skip, line 1, column 37: expected a whole");
  fails("players | append (x | head 1) | group_by a { sum() }", "in group_by, line 1, column 46");
  fails("players | filter \"é\" = 'ü' ü", "column 28: expected");
  fails("players | filter count(a) > 1", "column 18: count is an aggregate: it stands in");
  fails("players | group_by a { sum(avg(b)) }", "column 28: avg is an aggregate");
  fails("players | aggregate quantile(a, 2)", "column 33: quantile(e, q): q is a number");
  fails("players |\n group_by a { cuont() }",
        "in group_by, line 2, column 15: no such aggregate: cuont (did you "
        "mean count?)");
  fails("players | select uper(a)", "(did you mean upper?)");
  fails("players | select a, b.a", "two fields are named a");
  fails("players | head -1", "0 or more");
  fails("players | head x", "whole number");
  fails("players | filter", "expected an expression");
  fails("players filter a", "expected '|' and a stage, or the end");
  fails("", "expected a source");
  fails("players | drop a[0]", "without [ ]");
  fails("players | aggregate sum()", "wrong number of arguments");
  fails("players | filter a = ?1", "parameter ?1 is not given");
}

TEST_CASE("a field is named as its expression is written, parameters too", "[plan]") {
  const std::vector<Value> five{Value::of(std::int64_t{5})};
  CHECK(to_text(*parse_plan("p | select a.b, a + ?1, from, hits[0].n", five)) ==
        R"(p | select a.b, a + 5 as "a + ?1", from, hits[0].n)");
  CHECK(to_text(*parse_plan("p | aggregate sum(a + ?1) filter (where b = ?1)", five)) ==
        "p | aggregate sum(a + 5) filter (where b = 5) as \"sum(a + ?1) filter (where b = ?1)\"");
  const std::string wide = "p | select '" + std::string(150, 'x');
  CHECK(to_text(*parse_plan(wide + "\u00e9\u00e9" + std::string(60, 'y') + "'")).size() < 500);
}

TEST_CASE("names that are read as one word need no quotes", "[plan]") {
  CHECK(to_text(*parse_plan("\"p\" | explode a as \"it\" | group_by \"x y\" as \"order\" {}")) ==
        R"(p | explode a as "it" | group_by "x y" as order {})");
}

TEST_CASE("absurd plans are errors, not crashes", "[plan]") {
  const std::string open(10'000, '('), close(10'000, ')');
  CHECK_THROWS_AS(parse_plan("p | filter " + open + "1" + close), Error);
  CHECK_THROWS_AS(parse_plan(open + "p" + close), Error);
  std::string many = "p";
  for (int i = 0; i < 5000; ++i) many += " | head 1";
  CHECK_THROWS_AS(parse_plan(many), Error);
  std::string chain = "p | filter a";
  while (chain.size() < 1'000'000) chain += " + a";
  CHECK_THROWS_AS(parse_plan(chain), Error);
  CHECK_NOTHROW(parse_plan("p | filter a = '" + std::string(1'000'000, 'x') + "'"));
  CHECK_THROWS_AS(parse_plan("p | " + std::string(1'000'000, 'x')), Error);
}

}  // namespace
}  // namespace arbors::plan
