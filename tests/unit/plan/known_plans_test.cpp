// Texts that are read again: as the catalog answers now, and without reading them where it answers
// as before.
#include "engine/plan/known_plans.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "tests/unit/catch.h"

namespace arbors::plan {
namespace {

// Knows the table `t` alone, with the columns that a test gives it.
class ChangingTable : public select::Catalog {
 public:
  select::Table table(Source& source) const override {
    ++asked;
    if (source.name != "t" || columns.empty()) throw Error(ErrorCode::NotFound, "no such table");
    if (ordinary) source.kind = Source::Kind::Table;
    auto made = std::make_shared<std::vector<select::Column>>();
    for (const char* name : columns) {
      made->push_back({name, parse_path(name)});
      made->back().affinity = affinity;
    }
    return {std::move(made), !ordinary, ordinary};
  }
  const select::CalledFunction* own_call(
      std::span<const select::CalledFunction> calls) const override {
    return own && !calls.empty() ? &calls.front() : nullptr;
  }
  bool host_runs(std::string_view) const override { return false; }
  bool reads_by_parts(std::string_view) const override { return false; }
  bool merges_sets() const override { return true; }
  bool is_own(Collation) const override { return own_collation; }

  std::vector<const char*> columns{"a", "b"};
  Affinity affinity = Affinity::None;
  bool ordinary = false, own = false, own_collation = false;
  mutable int asked = 0;
};

TEST_CASE("A text that is read again gives the plan that it gave", "[plan]") {
  KnownPlans plans;
  const ChangingTable catalog;
  for (const char* text : {"t | filter a = 1", "SELECT upper(a) AS u FROM t WHERE b = 1",
                           "(SELECT a FROM t) | head 3"})
    CHECK(plans.parse(text, {}, catalog) == plans.parse(text, {}, catalog));
  CHECK(catalog.asked == 4);
}

TEST_CASE("A text is read anew where the catalog answers otherwise", "[plan]") {
  KnownPlans plans;
  ChangingTable catalog;
  const auto read = [&] { return plans.parse("SELECT *, upper(a) AS u FROM t", {}, catalog); };
  NodePtr before = read();
  const auto is_new = [&] {
    const NodePtr last = std::exchange(before, read());
    return last != before && before == read();
  };
  CHECK_FALSE(is_new());
  catalog.columns = {"a", "b", "c"};
  CHECK(is_new());
  catalog.affinity = Affinity::Text;
  CHECK(is_new());
  catalog.ordinary = true;
  CHECK(is_new());
  CHECK(std::get<Source>(before->inputs.front()->op).kind == Source::Kind::Table);
  catalog.own = true;
  CHECK_THROWS_WITH(read(), ContainsSubstring("own function upper()"));
  catalog.own = false;
  CHECK(is_new());  // a text that was refused is forgotten
  catalog.own_collation = true;
  CHECK_THROWS_WITH(read(), ContainsSubstring("the collation BINARY"));
  catalog.own_collation = false;
  catalog.columns = {};
  CHECK_THROWS_WITH(read(), ContainsSubstring("line 1, column 30: no such table"));
}

TEST_CASE("A text with other parameters is another", "[plan]") {
  KnownPlans plans;
  const ChangingTable catalog;
  const std::vector<Value> values{Value::of(std::int64_t{0}),  Value::of(0.0),   Value::of(-0.0),
                                  Value::of(std::string("0")), Value::json("0"), Value::null()};
  std::vector<NodePtr> read;
  for (const Value& value : values)
    read.push_back(plans.parse("t | select ?1 as v", {&value, 1}, catalog));
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(std::count(read.begin(), read.end(), read[i]) == 1);
    CHECK(plans.parse("t | select ?1 as v", {&values[i], 1}, catalog) == read[i]);
  }
  const std::vector<Value> two(2);
  CHECK(plans.parse("t | select ?1 as v", two, catalog) != read.back());
}

TEST_CASE("Long texts are not kept, and of the others the latest", "[plan]") {
  KnownPlans plans;
  const ChangingTable catalog;
  const std::string text = "t | filter a = 1";
  const NodePtr first = plans.parse(text, {}, catalog);
  const std::string longer = text + std::string(5000, ' ');
  CHECK(plans.parse(longer, {}, catalog) != plans.parse(longer, {}, catalog));
  const Value value = Value::of(std::string(5000, 'x'));
  CHECK(plans.parse("t | filter a = ?1", {&value, 1}, catalog) !=
        plans.parse("t | filter a = ?1", {&value, 1}, catalog));
  for (int i = 0; i < 63; ++i) plans.parse("t | head " + std::to_string(i), {}, catalog);
  CHECK(plans.parse(text, {}, catalog) == first);
  for (int i = 0; i < 64; ++i) plans.parse("t | tail " + std::to_string(i + 1), {}, catalog);
  CHECK(plans.parse(text, {}, catalog) != first);
}

}  // namespace
}  // namespace arbors::plan
