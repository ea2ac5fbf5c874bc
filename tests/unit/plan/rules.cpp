// Each rule alone: the plan before, and the plan after.
#include "engine/base/error.h"
#include "engine/expr/forms/builder.h"
#include "engine/plan/optimize/index_candidates.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/parse_plan.h"
#include "tests/unit/catch.h"

namespace arbors::plan {
namespace {

struct Rewriting {
  const char* rule;
  const char* before;
  const char* after;  // the same text: the rule must leave it alone
};

const Rewriting kRewritings[] = {
    {"fold_constants", "p | filter a > 60 * 60 * 24", "p | filter a > 86400"},
    {"fold_constants", "p | filter 1 = 1 AND a > 1", "p | filter a > 1"},
    {"fold_constants", "p | filter 2 > 1", "p"},
    {"fold_constants", "p | select a + (2 - 1) as b", "p | select a + 1 as b"},
    {"fold_constants", "p | filter a > 1", "p | filter a > 1"},
    {"fold_constants", "p | select iif(0, 1) as b", "p | select NULL as b"},
    {"fold_constants", "p | select likely(CASE WHEN 0 THEN 1 END) as b",
     "p | select likely(CASE WHEN 0 THEN 1 END) as b"},
    {"fuse_filters", "p | filter a | filter b | filter c", "p | filter a AND b AND c"},
    {"push_filter_down", "p | select a.b as c, d | filter c > 1",
     "p | filter a.b > 1 | select a.b as c, d"},
    {"push_filter_down", "p | add_field n = a + b | filter n > 1 AND c",
     "p | filter a + b > 1 AND c | add_field n = a + b"},
    {"push_filter_down", "p | drop a | filter b = 1", "p | filter b = 1 | drop a"},
    {"push_filter_down", "p | select object('x', a) as o | filter o.x = 1",
     "p | select object('x', a) as o | filter o.x = 1"},
    {"push_filter_down", "p | sort_by a | filter b = 1", "p | filter b = 1 | sort_by a"},
    {"push_filter_down", "p | top_k 3 by a | filter b = 1", "p | top_k 3 by a | filter b = 1"},
    {"push_filter_down", "p | explode t | filter t = 1 AND b = 2",
     "p | filter b = 2 | explode t | filter t = 1"},
    {"push_filter_down", "p | explode t.u | filter t = 1", "p | explode t.u | filter t = 1"},
    {"push_filter_down", "p | append (q) | filter a", "p | filter a | append (q | filter a)"},
    {"push_filter_down", "p | head 3 | filter a", "p | head 3 | filter a"},
    {"order_conditions", "p | filter list_any(t, it > 1) AND a > 1 AND b = 1",
     "p | filter b = 1 AND a > 1 AND list_any(t, it > 1)"},
    {"unite_alternatives", "p | filter a = 1 OR b > 2 OR a = 3 OR a IN (2)",
     "p | filter b > 2 OR a IN (1, 2, 3)"},
    {"unite_alternatives", "p | filter c AND (a = 'x' OR a = 'y')",
     "p | filter c AND a IN ('x', 'y')"},
    {"unite_alternatives", "p | filter a = 1 OR b = 2 OR a = NULL OR a NOT IN (3)",
     "p | filter a = 1 OR b = 2 OR a = NULL OR a NOT IN (3)"},
    {"fuse_slices", "p | skip 5 | head 10 | skip 2 | head 3", "p | skip 7 | head 3"},
    {"fuse_slices", "p | head 3 | skip 5", "p | skip 5 | head 0"},
    {"push_slice_down", "p | select a | head 3", "p | head 3 | select a"},
    {"push_sort_down", "p | select a.b as c | sort_by c desc",
     "p | sort_by a.b desc | select a.b as c"},
    {"sort_first_rows", "p | sort_by a | head 3", "p | bottom_k 3 by a"},
    {"sort_first_rows", "p | sort_by a desc | skip 2 | head 3",
     "p | top_k 5 by a | skip 2 | head 3"},
    {"drop_group_order", "p | group_by a as k { count() as n } | sort_by n desc",
     "p | group_by a as k { count() as n } | sort_by n desc, k"},
    {"drop_group_order", "p | group_by a as k { count() as n } | sort_by k desc",
     "p | group_by a as k { count() as n } | sort_by k desc"},
    {"drop_group_order", "p | group_by a, b { count() as n } | select a, n | aggregate avg(n) as m",
     "p | group_by a, b { count() as n } | select a, n | aggregate avg(n) as m"},
    {"prune_fields", "p | select a.b as c, d | select c.x", "p | select a.b.x"},
    {"prune_fields",
     "p | group_by a { count() as n, sum(b) as s, max(c) as m } | filter m > 1 | select a, n",
     "p | group_by a { count() as n, max(c) as m } | filter m > 1 | select a, n"},
    {"push_filter_down", "p | index_by a | filter b = 1", "p | filter b = 1 | index_by a"},
    {"push_filter_down", "p | window by a order b { count() as n } | filter a = 1 AND b = 2",
     "p | filter a = 1 | window by a order b { count() as n } | filter b = 2"},
    {"push_filter_down", "p | window by a { count() as n } | filter a LIKE '%.0' AND a IN (1, 2)",
     "p | filter a IN (1, 2) | window by a { count() as n } | filter a LIKE '%.0'"},
    {"push_filter_down", "p | window by a { count() as n } | filter typeof(a) = 'real' OR a = 1",
     "p | window by a { count() as n } | filter typeof(a) = 'real' OR a = 1"},
    {"push_filter_down",
     "p | window by a, b { count() as n } | filter NOT (a = b) AND CAST(1 AS TEXT) = b",
     "p | filter NOT (a = b) | window by a, b { count() as n } | filter CAST(1 AS TEXT) = b"},
    {"push_filter_down", "p | window by a { count() as a } | filter a = 1",
     "p | window by a { count() as a } | filter a = 1"},
    {"push_into_join", "p | join (q) as o on a = b | filter c = 1 AND o.d = 2 AND o.e > f",
     "p | filter c = 1 | join (q | filter d = 2) as o on a = b | filter o.e > f"},
    {"push_into_join", "p | join (q) as o on a = b | filter o.c = d",
     "p | join (q) as o on a = b and d = c"},
    {"push_into_join", "p | left join (q) as o on a = b | filter c = 1 AND o.d = 2 AND o.e = f",
     "p | filter c = 1 | left join (q) as o on a = b | filter o.d = 2 AND o.e = f"},
    {"push_into_join", "p | left join (q) as o on a = b and o.c > 1 and d > 2",
     "p | left join (q | filter c > 1) as o on a = b and d > 2"},
    {"push_into_join", "p | anti join (q) as o on a = b and o.c > 1 and d > 2 | filter o = 1",
     "p | filter o = 1 | anti join (q | filter c > 1) as o on a = b and d > 2"},
    {"push_into_join", "p | join (q) as o on a = b | filter it IS NOT NULL",
     "p | join (q) as o on a = b | filter it IS NOT NULL"},
    {"first_of_partitions", "p | window by a { row_number() as n } | filter n < 3",
     "p | window by a { row_number() as n } | filter n < 3"},
    {"drop_join_order", "p | join (q) as o on a = b | aggregate count()",
     "p | join (q) as o on a = b | aggregate count()"},
    {"restrict_rows", "p | window { rowid() as r } | filter r = 1",
     "p | window { rowid() as r } | filter r = 1"},
    {"choose_index", "p | filter a = 1", "p | filter a = 1"},
    {"choose_element_index", "p | explode a | filter a = 1", "p | explode a | filter a = 1"},
    {"walk_index", "p | top_k 3 by a", "p | top_k 3 by a"},
};

// A source with indexes on `a`, which tells much, and `b`, which tells little; `c` is opaque text.
class KnownSource : public SourceFacts {
 public:
  double selectivity(const Source&, const expr::Expr& condition) const override {
    return expr::to_text(condition).find('b') == std::string::npos ? 0.01 : 0.5;
  }
  double read_work(const Source&, const Path& path) const override {
    return to_text(path) == "c" ? kReadParsed : kReadColumn;
  }
  bool has_index(const Source&, const Path& path) const override {
    return to_text(path) == "a" || to_text(path) == "b";
  }
  PathKnowledge values(const Source&, const Path& path) const override {
    return {
        .trees = 1e5, .nulls = 5, .distinct = to_text(path) == "a" ? 1e5 : 3, .batch_trees = 1000};
  }
};

std::string searched_in(const char* text, const SourceFacts& facts) {
  const NodePtr plan = optimize(parse_plan(text), facts);
  const Node* node = plan.get();
  while (!node->inputs.empty()) node = node->inputs.front().get();
  const auto* source = std::get_if<Source>(&node->op);
  if (!source->search) return "scan";
  const IndexSearch::Order order = source->search->order;
  std::string ranges = order == IndexSearch::Order::Ascending    ? "ascending "
                       : order == IndexSearch::Order::Descending ? "descending "
                                                                 : "";
  ranges += to_text(source->search->path);
  for (const KeyRange& range : source->search->ranges)
    ranges += " [" + expr::to_text(*expr::constant(range.low)) + ", " +
              expr::to_text(*expr::constant(range.high)) + "]";
  return ranges;
}

// A source with indexes on the elements of `tags` and on a field of those of `items`.
class KnownElements : public SourceFacts {
 public:
  double selectivity(const Source&, const expr::Expr& condition) const override {
    return expr::to_text(condition).find("rare") == std::string::npos ? 0.5 : 0.01;
  }
  bool has_index(const Source&, const Path& path) const override {
    return to_text(path) == "tags[*]" || to_text(path) == "items[*].sku";
  }
};

std::string searched(const char* text) { return searched_in(text, KnownSource()); }

TEST_CASE("an index on elements is searched for lists, explodes and json_each", "[plan]") {
  const auto searched = [](const char* text) { return searched_in(text, KnownElements()); };
  CHECK(searched("p | filter list_contains(tags, 'rare')") == "tags[*] ['rare', 'rare']");
  CHECK(searched("p | filter list_contains(tags[*], 'rare')") == "tags[*] ['rare', 'rare']");
  CHECK(searched("p | filter list_contains(tags, 'often')") == "scan");
  CHECK(searched("p | filter list_any(tags, 'rare' = it)") == "tags[*] ['rare', 'rare']");
  CHECK(searched("p | filter list_any(tags, it IN ('rare', 1))") ==
        "tags[*] [1, 1] ['rare', 'rare']");
  CHECK(searched("p | filter list_any(tags, it >= 'rare' AND it < 's')") ==
        "tags[*] ['rare', 's']");
  CHECK(searched("p | filter list_any(tags, it COLLATE NOCASE = 'rare')") == "scan");
  CHECK(searched("p | filter list_all(tags, it = 'rare')") == "scan");
  CHECK(searched("p | filter NOT list_contains(tags, 'rare')") == "scan");
  CHECK(searched("p | filter list_contains(tags[0], 'rare')") == "scan");
  CHECK(searched("p | filter list_any(items, sku = 'rare' AND n > 1)") ==
        "items[*].sku ['rare', 'rare']");
  CHECK(searched("p | filter list_contains(items[*].sku, 'rare')") ==
        "items[*].sku ['rare', 'rare']");
  CHECK(searched("p | explode tags | filter tags = 'rare'") ==
        "tags[*] ['rare', 'rare'] [x'', x'']");
  CHECK(searched("p | explode items as i | filter i.sku = 'rare'") ==
        "items[*].sku ['rare', 'rare'] [x'', x'']");
  CHECK(searched("p | rename tags as g | filter a = 'rare' | explode g as e | filter e = 'rare'") ==
        "tags[*] ['rare', 'rare'] [x'', x'']");
  CHECK(searched("p | head 9 | explode tags | filter tags = 'rare'") == "scan");
  CHECK(searched("p | explode tags | filter tags = 'rare' OR a = 1") == "scan");
  CHECK(searched("p@3 | explode tags | filter tags = 'rare'") == "scan");
}

TEST_CASE("an index is searched where it finds few rows, and the filter stays", "[plan]") {
  CHECK(searched("p | filter a = 'x'") == "a ['x', 'x']");
  CHECK(searched("p | filter a IN (2, 1, NULL)") == "a [1, 1] [2, 2]");
  CHECK(searched("p | filter a BETWEEN 1 AND 5 AND a <= 3") == "a [1, 3]");
  CHECK(searched("p | filter a > 1 AND a < 'x' AND d = 3") == "a [1, 'x']");
  CHECK(searched("p | select a as k, b | sort_by k | filter k = 1 | filter b = 2") == "a [1, 1]");
  CHECK(to_text(*optimize(parse_plan("p | filter a = 'x'"), KnownSource())) ==
        to_text(*parse_plan("p | filter a = 'x'")));
}

TEST_CASE("no index is searched where it would miss rows or find many", "[plan]") {
  for (const char* text :
       {"p | filter b = 1", "p | filter d = 1", "p | filter a <> 1", "p | filter a NOT IN (1)",
        "p | filter a = d", "p | filter a = 1 OR d = 2", "p | filter a COLLATE NOCASE = 'x'",
        "p | filter a = CAST('1' AS INTEGER)", "p | filter a = NULL", "p@3 | filter a = 1",
        "@1 | filter a = 1", "p | head 5 | filter a = 1", "json '[]' | filter a = 1"}) {
    INFO(text);
    CHECK(searched(text) == "scan");
  }
}

TEST_CASE("an index is walked where the first of an order are few of its trees", "[plan]") {
  const std::string all = " [" + expr::to_text(*expr::constant(every_key().low)) + ", " +
                          expr::to_text(*expr::constant(every_key().high)) + "]";
  CHECK(searched("p | top_k 10 by a") == "descending a" + all);
  CHECK(searched("p | select a as k, d | sort_by k, d desc | head 10") == "ascending a" + all);
  CHECK(searched("p | filter d = 1 | top_k 10 by a") == "descending a" + all);
  CHECK(searched("p | filter a > 7 | filter a <= 9 | bottom_k 2 by a") == "ascending a [7, 9]");
  CHECK(to_text(*optimize(parse_plan("p | bottom_k 10 by a"), KnownSource())) ==
        to_text(*parse_plan("p | bottom_k 10 by a")));
  for (const char* text :
       {"p | top_k 10 by b", "p | top_k 10 by d", "p | top_k 5000 by a", "p | sort_by a",
        "p | top_k 10 by a + 1", "p | top_k 10 by a COLLATE NOCASE", "p@3 | top_k 10 by a",
        "@1 | top_k 10 by a", "p | head 50 | top_k 10 by a", "p | explode t | top_k 10 by a",
        "p | top_k 10 by d, a", "json '[]' | top_k 1 by a"}) {
    INFO(text);
    CHECK(searched(text) == "scan");
  }
  // Few are left anyway: they are looked up, and sorted.
  CHECK(searched("p | filter a = 'x' | top_k 10 by b") == "a ['x', 'x']");
}

TEST_CASE("conditions are ordered by what is known of the source", "[plan]") {
  CHECK(to_text(*optimize(parse_plan("p | filter c = 1 AND b = 1 AND d = 1"), KnownSource())) ==
        to_text(*parse_plan("p | filter d = 1 AND b = 1 AND c = 1")));
  // Over other trees than the source's nothing is known.
  const char* grouped = "p | group_by a as k { max(c) as c, min(d) as d } | filter c = 1 AND d = 1";
  CHECK(to_text(*optimize(parse_plan(grouped), KnownSource())) == to_text(*parse_plan(grouped)));
}

TEST_CASE("each rule rewrites what it is for and leaves the rest", "[plan]") {
  for (const Rewriting& one : kRewritings) {
    INFO(one.rule << ": " << one.before);
    RuleSwitches only;
    only.turn_all(false);
    only.turn(one.rule, true);
    // The slices of one rule's example arrive fused.
    if (std::string(one.rule) == "sort_first_rows") only.turn("fuse_slices", true);
    CHECK(to_text(*optimize_with(parse_plan(one.before), only).plan) ==
          to_text(*optimize_with(parse_plan(one.after),
                                 [] {
                                   RuleSwitches none;
                                   none.turn_all(false);
                                   return none;
                                 }())
                       .plan));
  }
}

// What the first stage of a kind, from the end, says after the rules.
template <typename Op>
const Op& stage_of(const NodePtr& plan) {
  if (const auto* op = std::get_if<Op>(&plan->op)) return *op;
  return stage_of<Op>(plan->inputs.front());
}

std::string restricted(const char* text) {
  const RowRestriction rows = stage_of<Source>(optimize(parse_plan(text))).rows;
  std::string all;
  const auto add = [&](const char* name, const auto& range, const auto& set) {
    if (range)
      all += std::string(name) + " [" +
             (range->first == INT64_MIN ? "" : std::to_string(range->first)) + ", " +
             (range->second == INT64_MAX ? "" : std::to_string(range->second)) + "]";
    if (set) all += std::string(name) + " of";
    for (const std::int64_t one : set.value_or(std::vector<std::int64_t>{}))
      all += ' ' + std::to_string(one);
  };
  add("r", rows.rowids, rows.rowid_set);
  add("p", rows.positions, rows.position_set);
  return all;
}

TEST_CASE("a filter on rowids and places restricts the source", "[plan]") {
  const auto of = [](const std::string& condition) {
    return restricted(("p | select it as t | window { rowid() as r, position() as i } | filter " +
                       condition + " | select t.a")
                          .c_str());
  };
  CHECK(of("r = 7") == "r [7, 7]");
  CHECK(of("7 < r AND r <= 9.5 AND t.a > 3") == "r [8, 9]");
  CHECK(of("r BETWEEN 2 AND 4 AND i >= 1") == "r [2, 4]p [1, ]");
  CHECK(of("i IN (5, 3, 3, NULL)") == "p of 3 5");
  CHECK(of("r IS 4 AND r <> 5") == "r [4, 4]");
  CHECK(of("r = NULL") == "r [1, 0]");
  for (const char* condition :
       {"r = 'x'", "r IN (1, 'x')", "r NOT IN (1)", "r <> 1", "r = 1 OR t.a = 2", "r = t.a",
        "r + 1 = 2", "r NOT BETWEEN 1 AND 2", "NOT r = 1"})
    CHECK(of(condition).empty());
  for (const char* text : {"p | head 9 | window { rowid() as r } | filter r = 1",
                           "p | window { row_number() as r } | filter r = 1",
                           "p | explode t | window { position() as r } | filter r = 1",
                           "p | sort_by a | window { position() as r } | filter r = 1"})
    CHECK(restricted(text).empty());
}

TEST_CASE("a filter on row numbers bounds the rows of each partition", "[plan]") {
  const auto first_rows = [](const char* text) {
    return stage_of<Window>(optimize(parse_plan(text))).first_rows;
  };
  CHECK(first_rows("p | window by a { row_number() as n } | filter n <= 3") == 3U);
  CHECK(first_rows("p | window { row_number() as n, rank() as r } | filter n < 3 AND b") == 2U);
  CHECK(first_rows("p | window { row_number() as n } | select n as m | filter m = 1") == 1U);
  CHECK(first_rows("p | window { row_number() as n } | filter n < -5") == 0U);
  for (const char* text : {"p | window { row_number() as n } | filter n > 1",
                           "p | window { rank() as n } | filter n = 1",
                           "p | window { row_number() as n, count() as c } | filter n = 1",
                           "p | window { row_number() as n } | filter n = 1 OR b"})
    CHECK_FALSE(first_rows(text));
}

TEST_CASE("a join's order is dropped where nobody sees it", "[plan]") {
  const auto any_order = [](const char* text) {
    return stage_of<Join>(optimize(parse_plan(text))).any_order;
  };
  CHECK(any_order("p | join (q) as o on a = b | filter o.c > a | group_by o.d { sum(e) }"));
  CHECK(any_order("p | join (q) as o on a = b | explode t | select t | aggregate count()"));
  for (const char* text : {"p | join (q) as o on a = b", "p | join (q) as o on a = b | head 3",
                           "p | join (q) as o on a = b | group_by c { list(d) }",
                           "p | join (q) as o on a = b | sort_by c | aggregate count()"})
    CHECK_FALSE(any_order(text));
}

TEST_CASE("every rule has an example here, and a switch", "[plan]") {
  for (const Rule& rule : rules()) {
    bool shown = false;
    for (const Rewriting& one : kRewritings) shown |= one.rule == rule.name;
    INFO(rule.name);
    CHECK(shown);
  }
  RuleSwitches switches;
  CHECK_THROWS_AS(switches.turn("no_such_rule", false), Error);
}

TEST_CASE("the passes together turn a select, an order and a head into a top-k below", "[plan]") {
  CHECK(to_text(*optimize(parse_plan("p | select a.b as c, d | sort_by c desc | head 10"))) ==
        to_text(*parse_plan("p | top_k 10 by a.b | select a.b as c, d")));
}

}  // namespace
}  // namespace arbors::plan
