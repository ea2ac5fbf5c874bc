// What a SELECT becomes: the stages that a person would write.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/plan/parse_plan.h"
#include "engine/plan/select/catalog.h"
#include "tests/unit/catch.h"

namespace arbors::plan {
namespace {

// Knows the table `t` alone.
class OneTable : public select::Catalog {
 public:
  select::Table table(Source& source) const override {
    if (source.name != "t") throw Error(ErrorCode::NotFound, "no such Arbor: " + source.name);
    const auto column = [](const char* name, Affinity affinity, Collation collation) {
      return select::Column{name, parse_path(name), affinity, collation, true};
    };
    return {std::make_shared<const std::vector<select::Column>>(
                std::vector{column("a", Affinity::None, Collation::Binary),
                            column("n", Affinity::Integer, Collation::Binary),
                            column("s", Affinity::Text, Collation::NoCase),
                            column("o.p", Affinity::None, Collation::Binary)}),
            true};
  }
  const select::CalledFunction* own_call(
      std::span<const select::CalledFunction> calls) const override {
    const auto own = std::find_if(calls.begin(), calls.end(),
                                  [](const auto& call) { return call.name == "upper"; });
    return own == calls.end() ? nullptr : &*own;
  }
  bool host_runs(std::string_view statement) const override {
    return statement.find("two") != std::string_view::npos;
  }
  bool reads_by_parts(std::string_view) const override { return false; }
  bool merges_sets() const override { return true; }
  bool is_own(Collation collation) const override { return collation == Collation::RTrim; }
};

std::string lowered(std::string_view text, std::vector<Value> parameters = {}) {
  const OneTable catalog;
  return to_text(*parse_plan(text, parameters, &catalog));
}

TEST_CASE("A SELECT becomes the stages that a person would write", "[select]") {
  struct Example {
    std::string_view sql, plan;
  };
  for (const Example& example : {
           Example{"SELECT a FROM t", "t | select a"},
           {"select A, o.p, t.o.p as q, \"o.p\" as r from t",
            "t | select a, o.p, o.p as q, o.p as r"},
           {"SELECT _tree FROM t WHERE n > 3 LIMIT 5", "t | filter n > 3 | head 5"},
           {"SELECT a, count(*) AS n FROM t GROUP BY a ORDER BY n DESC LIMIT 3 OFFSET 1",
            "t | group_by a { count() as n } | sort_by n desc | skip 1 | head 3 | select a, n"},
           {"SELECT a + 1 AS b, sum(n) FROM t GROUP BY 1 HAVING count(*) > 2",
            "t | group_by a + 1 as b { sum(n) as \"sum(n)\", count() as value2 } | filter value2 "
            "> 2 | select b, \"sum(n)\""},
           {"SELECT max(n) FROM t", "t | aggregate max(n) as \"max(n)\" | select \"max(n)\""},
           {"SELECT x.b FROM (SELECT a AS b FROM t) AS x WHERE b = 1",
            "t | select a as b | filter b = 1 | select b"},
           {"WITH w(k) AS (SELECT a FROM t) SELECT k FROM w", "t | select a | select a as k"},
           {"(SELECT a FROM t) | head 2", "t | select a | head 2"},
           {"SELECT a FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.a) AS e WHERE e.value > 3)",
            "t | filter CASE WHEN json_kind(a) = 'array' THEN list_any(a, it > 3) ELSE "
            "list_any(json_values(a), it > 3) END | select a"},
           {"SELECT a FROM t -- all of it\n /* and nothing else */ ;", "t | select a"},
       }) {
    CAPTURE(example.sql);
    CHECK(lowered(example.sql) == example.plan);
  }
}

TEST_CASE("Parameters are numbered as SQLite numbers them", "[select]") {
  const std::vector<Value> three{Value::of(std::int64_t{7}), Value::of("x"),
                                 Value::of(std::int64_t{9})};
  CHECK(lowered("SELECT ? AS a, :n AS b, :n AS c, ?3 AS d, ?1 AS e FROM t", three) ==
        "t | select 7 as a, 'x' as b, 'x' as c, 9 as d, 7 as e");
  CHECK_THROWS_WITH(lowered("SELECT ?4 FROM t", three), ContainsSubstring("number 4"));
}

TEST_CASE("What is wrong in a SELECT is named, with its place", "[select]") {
  struct Fault {
    std::string_view sql, sentence;
  };
  for (const Fault& fault : {
           Fault{"SELECT \"aa\" FROM t", "line 1, column 8: no such column: aa (did you mean a?)"},
           {"SELECT a FROM u", "no such Arbor: u"},
           {"SELECT a, a FROM t", "two result columns are named a"},
           {"SELECT a FROM t ORDER BY 2", "there is no result column 2"},
           {"SELECT sum(n), a FROM t", "stands neither in GROUP BY nor in an aggregate"},
           {"SELECT a FROM t WHERE count(*) > 1", "cannot stand in WHERE"},
           {"SELECT upper(a) FROM t", "line 1, column 8: the application's own function upper()"},
           {"SELECT a FROM t WHERE a = 'x' COLLATE RTRIM", "the collation RTRIM"},
           {"SELECT a FROM t WHERE", "the text ends"},
           {"SELECT a FROM t | head 3", "expected a clause of SELECT"},
           {"SELECT a FROM t RIGHT JOIN t AS u ON a", "SQLite itself may run it"},
           {"SELECT a AS two, a AS two FROM t", "SQLite itself may run it"},
           {"WITH w AS (SELECT a FROM t) INSERT INTO t SELECT a FROM w", "only a SELECT may stand"},
           {"INSERT INTO t VALUES (1)", "line 1, column 1: only a plan or a SELECT may stand here"},
           {"(update t set a = 1) | head 3", "line 1, column 2: only a plan or a SELECT may stand"},
           {"SELEC a FROM t",
            "line 1, column 1: expected a plan or a SELECT (did you mean SELECT?"},
           {"SELECT a FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.a) GROUP BY value)",
            "SQLite itself may run it"},
       }) {
    CAPTURE(fault.sql);
    CHECK_THROWS_WITH(lowered(fault.sql), ContainsSubstring(std::string(fault.sentence)));
  }
  CHECK_THROWS_AS(parse_plan("SELECT a FROM t"), Error);  // nobody knows tables here
}

}  // namespace
}  // namespace arbors::plan
