#include "engine/plan/stage_synonyms.h"

#include <set>
#include <string>

#include "engine/plan/parse_plan.h"
#include "engine/plan/stage.h"
#include "tests/unit/catch.h"

namespace arbors::plan {
namespace {

std::string first_word(std::string_view text) {
  return std::string(text.substr(0, text.find(' ')));
}

TEST_CASE("words of other languages are answered with what is here", "[stage_synonyms]") {
  std::set<std::string_view> known;
  for (const StageSynonym& other : stage_synonyms()) {
    INFO(other.word);
    CHECK(known.insert(other.word).second);
    CHECK(find_stage(other.word) == nullptr);
    CHECK((find_stage(first_word(other.here)) != nullptr || first_word(other.here) == "a"));
    CHECK_THROWS_WITH(parse_plan("p | " + std::string(other.word) + " a"),
                      ContainsSubstring("(here it is: " + std::string(other.here) + ')'));
  }
}

TEST_CASE("stages that people write are named with what they are here", "[stage_synonyms]") {
  struct Slip {
    const char* plan;
    const char* answer;
  };
  constexpr Slip kSlips[] = {
      {"p | where a > 1", "filter e"},
      {"p | WHERE a > 1", "filter e"},
      {"p | limit 5", "head n"},
      {"p | offset 5", "skip n"},
      {"p | order_by a", "sort_by e"},
      {"p | order by a", "sort_by e"},
      {"p | group by a", "group_by e"},
      {"p | groupBy a", "group_by e"},
      {"p | count", "aggregate count()"},
      {"p | count()", "aggregate count()"},
      {"p | distinct a", "unique_by e"},
      {"p | select distinct a", "select e, … | unique_by e"},
      {"p | with_column b = a", "add_field n = e"},
      {"p | filter a = 1 && b = 2", "&& is written and"},
      {"p | filter !a", "! is written not"},
      {"p | filter a = 1 || b = 2", "|| joins texts; one condition or another is written or"},
      {"p | filter a > 'x' || b <> 2 or c",
       "|| joins texts; one condition or another is written or"},
  };
  for (const Slip& slip : kSlips) {
    INFO(slip.plan);
    CHECK_THROWS_WITH(parse_plan(slip.plan), ContainsSubstring(slip.answer));
  }
}

TEST_CASE("what looks like a slip but is none is read", "[stage_synonyms]") {
  for (const char* plan :
       {"p | filter a != 1", "p | filter a = 'x' || b", "p | filter (a = 'x' || b) = 1",
        "p | filter a = ('x' || b) = 1", "p | filter 'x' || a > 'y' || b", "p | select distinct",
        "p | select distinct, a", "p | select distinct as d", "p | select distinct + 1 as d",
        "p | select distinct.x"}) {
    INFO(plan);
    const NodePtr read = parse_plan(plan);
    CHECK(to_text(*parse_plan(to_text(*read))) == to_text(*read));
  }
}

}  // namespace
}  // namespace arbors::plan
