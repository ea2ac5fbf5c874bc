// Plans explained, before and after a run, and the help made from the tables.
#include "engine/exec/query/explain.h"

#include "engine/base/error.h"
#include "engine/plan/help.h"
#include "engine/plan/stage.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"

namespace arbors::exec {
namespace {

TEST_CASE("explain shows every section that is asked for, and only those", "[plan]") {
  PlanRunner runner;
  runner.add("p", {R"({"a":1,"b":{"c":2}})", R"({"a":2})", R"({"a":3})"});
  const Query query = runner.query("p");
  const plan::NodePtr plan =
      plan::parse_plan("p | filter a > 1 | select a, b.c as c | sort_by c | head 2");
  const std::string text = explain(plan, "", query.bind, query.context);
  CHECK_THAT(text, ContainsSubstring("logical:") && ContainsSubstring("| head 2") &&
                       ContainsSubstring("optimized:"));
  CHECK_THAT(text,
             ContainsSubstring("| top_k 2 by b.c asc") && ContainsSubstring("sort_first_rows"));
  CHECK_THAT(text, ContainsSubstring("to filter: a\n") &&
                       ContainsSubstring("as keys and values: b.c\n") &&
                       ContainsSubstring("for output: a, b.c\n"));
  CHECK_THAT(text, !ContainsSubstring("costs:") && !ContainsSubstring("physical:"));
  const std::string all = explain(plan, "physical, costs", query.bind, query.context);
  CHECK_THAT(all, ContainsSubstring("holds 2 indices") && ContainsSubstring("of 3 trees"));
  CHECK_THROWS_AS(explain(plan, "nonsense", query.bind, query.context), Error);
  const std::string grouped = explain(
      plan::parse_plan("p | filter a > 1 | head 9 | group_by a { count() as n } | filter n > 1"),
      "physical", query.bind, query.context);
  CHECK_THAT(grouped,
             ContainsSubstring("| filter a > 1   -- on vectors, with the scan") &&
                 ContainsSubstring("| head 9   -- positions; stops the scan when full") &&
                 ContainsSubstring("| filter n > 1   -- on vectors, over the trees of the stage"));
}

TEST_CASE("explain names what is decoded of flattened trees by its path before", "[plan]") {
  PlanRunner runner;
  runner.add("p", {R"({"a":{"b":1,"c":[{"d":2}]},"e":3})"});
  const Query query = runner.query("p");
  const auto decoded = [&](const char* text) {
    return explain(plan::parse_plan(text), "decode_plan", query.bind, query.context);
  };
  CHECK_THAT(decoded("p | flatten | filter \"a.b\" = 1 | select e, \"a.c\"[0].d as d"),
             ContainsSubstring("to filter: a.b\n") && ContainsSubstring("output: e, a.c[0].d\n"));
  CHECK_THAT(decoded("p | flatten"), ContainsSubstring("for output: whole trees\n"));
}

TEST_CASE("explain says of a field that a select left out that it is gone", "[plan]") {
  PlanRunner runner;
  runner.add("p", {R"({"a":1,"b":2})"});
  const Query query = runner.query("p");
  const std::string text =
      explain(plan::parse_plan("p | select a | filter b > 1"), "", query.bind, query.context);
  CHECK_THAT(text, ContainsSubstring("filter (a field that is gone) > 1") &&
                       ContainsSubstring("to filter: nothing\n"));
}

TEST_CASE("explain names what is decoded of exploded arrays by their paths", "[plan]") {
  PlanRunner runner;
  runner.add("p", {R"({"a":1,"b":[{"c":[1,2],"d":3}]})"});
  const Query query = runner.query("p");
  const auto decoded = [&](const char* text) {
    return explain(plan::parse_plan(text), "decode_plan", query.bind, query.context);
  };
  CHECK_THAT(decoded("p | explode b as e | group_by e.d { sum(a) as s }"),
             ContainsSubstring("as keys and values: b, b[*].d, a\n"));
  CHECK_THAT(decoded("p | explode b | explode b.c as x | filter x > 1 | select x, a"),
             ContainsSubstring("to filter: b[*].c[*]\n") &&
                 ContainsSubstring("as keys and values: b, b[*].c\n") &&
                 ContainsSubstring("for output: b[*].c[*], a\n"));
}

TEST_CASE("explain_analyze runs the plan, within its bounds", "[plan]") {
  PlanRunner runner;
  runner.add("p", {"1", "2", "3"});
  const Query query = runner.query("p");
  Counters counters;
  runner.context.counters = &counters;
  const plan::NodePtr plan = plan::parse_plan("p");
  const std::string whole = explain_analyze(plan, "", {}, query.bind, query.context);
  CHECK_THAT(whole, ContainsSubstring("observed:") && ContainsSubstring("trees: 3") &&
                        ContainsSubstring("materialize_calls: 3"));
  std::string sections;
  const RunBounds bounds = parse_run_bounds(R"({"max_trees":2,"sections":"logical"})", sections);
  const std::string part = explain_analyze(plan, sections, bounds, query.bind, query.context);
  CHECK_THAT(part, ContainsSubstring("PARTIAL") && ContainsSubstring("trees: 2") &&
                       !ContainsSubstring("decode_plan"));
  CHECK_THROWS_AS(parse_run_bounds(R"({"max":2})", sections), Error);
}

TEST_CASE("help knows every stage, and suggests the nearest of what it does not know", "[plan]") {
  for (const plan::StageInfo& stage : plan::stages()) {
    CHECK_THAT(plan::help(), ContainsSubstring(std::string(stage.syntax)));
    CHECK_THAT(plan::help(stage.name), ContainsSubstring(std::string(stage.example)));
  }
  CHECK_THAT(plan::help("min"), ContainsSubstring("aggregate") && ContainsSubstring("function"));
  CHECK_THROWS_WITH(plan::help("grop_by"), ContainsSubstring("did you mean group_by?"));
  CHECK_THAT(plan::reference_page(), ContainsSubstring("| `filter e` |"));
  CHECK_THAT(plan::help("Operators"), ContainsSubstring("`|` means bits inside parentheses"));
  CHECK_THAT(plan::help("aggregates"),
             ContainsSubstring("stddev(e)") && !ContainsSubstring("starts_with"));
  CHECK_THAT(plan::help("rules"), ContainsSubstring("fold_constants"));
  CHECK_THROWS_WITH(plan::help("agregates"), ContainsSubstring("did you mean aggregates?"));
}

}  // namespace
}  // namespace arbors::exec
