// add_field over trees of another shape: the default error, which names the tree, and `skip`.
#include "engine/base/error.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"

namespace arbors::exec {
namespace {

const Texts kTrees{R"({"id":0,"o":{"x":1}})", R"({"id":1,"o":5})",
                   R"({"id":2,"o":null})",    R"({"id":3})",
                   R"({"id":4,"o":[1]})",     "7"};

TEST_CASE("add_field names the tree that a field does not fit", "[exec][add_field]") {
  PlanRunner runner;
  runner.add("p", kTrees);
  const auto [plan, reason] = GENERATE(table<std::string, std::string>({
      {"p | add_field o.y = 1",
       "cannot set o.y: o is not an object, in the tree at position 1 (rowid 2)"},
      {"p | filter id > 1 | add_field error o.y = 1", "at position 2 (rowid 3)"},
      {"p | filter id = 4 | add_field o.y.z = 1", "at position 4 (rowid 5)"},
      {"p | tail 1 | add_field n = 1",
       "cannot set n: the tree is not an object, in the tree at position 5 (rowid 6)"},
      {"p | explode o as e | add_field e.y = 1", "at position 4 (rowid 5)"},
  }));
  CHECK_THROWS_WITH(runner.run(plan), ContainsSubstring(reason));
}

TEST_CASE("add_field skip leaves trees without a field that does not fit", "[exec][add_field]") {
  PlanRunner runner;
  runner.add("p", kTrees);
  CHECK(runner.run("p | add_field skip o.y = id, n = 1") ==
        Texts{R"({"id":0,"o":{"x":1,"y":0},"n":1})", R"({"id":1,"o":5,"n":1})",
              R"({"id":2,"o":null,"n":1})", R"({"id":3,"o":{"y":3},"n":1})",
              R"({"id":4,"o":[1],"n":1})", "7"});
  CHECK(runner.run("p | add_field skip o.y.z = 1 | select id, o.y.z as z | filter z = 1") ==
        Texts{R"({"id":0,"z":1})", R"({"id":3,"z":1})"});
  CHECK(runner.run("p | add_field skip o.y = 1 | filter o.y IS NULL AND id > 0 | select id") ==
        Texts{R"({"id":1})", R"({"id":2})", R"({"id":4})"});
  CHECK(runner.run("p | head 1 | add_field skip = 2 | select skip") == Texts{R"({"skip":2})"});
  CHECK(plan::to_text(*plan::parse_plan("p | add_field skip o.y = 1")) ==
        plan::to_text(*plan::parse_plan("p | ADD_FIELD SKIP \"o\".y = 1")));
  CHECK_THROWS_WITH(runner.run("p | add_field skip o = 1, o.y = 1"),
                    ContainsSubstring("set o and o.y in two stages"));
}

}  // namespace
}  // namespace arbors::exec
