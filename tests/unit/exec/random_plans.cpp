// Random pipelines over random documents: the same trees whatever rules are on, whatever the
// batches and workers, and whether stages run as one plan or each over the last one's trees.
#include "engine/base/error.h"
#include "engine/exec/query/source_statistics.h"
#include "engine/exec/stages/pcg_random.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"

namespace arbors::exec {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  Texts documents() {
    Texts texts(random_.below(30));
    for (std::string& text : texts) text = document();
    return texts;
  }

  std::vector<std::string> stages() {
    std::vector<std::string> stages(1 + random_.below(6));
    for (std::string& text : stages) text = stage();
    return stages;
  }

 private:
  std::string one_of(std::initializer_list<std::string> words) {
    return *(words.begin() + random_.below(words.size()));
  }
  std::string number(std::uint64_t bound) { return std::to_string(random_.below(bound)); }

  std::string scalar() {
    return one_of(
        {"1", "2", "3", "null", "true", "false", "1.5", "2.0", "\"a\"", "\"b\"", "\"2\""});
  }
  std::string document() {
    std::string text = "{";
    const auto add = [&](const std::string& key, const std::string& value) {
      if (random_.below(5) == 0) return;
      text += (text.size() > 1 ? ",\"" : "\"") + key + "\":" + value;
    };
    add("a", scalar());
    add("b", number(5));
    add("c", "{\"x\":" + scalar() + ",\"y\":" + number(3) + "}");
    std::string list;
    for (std::uint64_t n = random_.below(4); n > 0; --n)
      list += (list.empty() ? "" : ",") + std::string("{\"k\":") + number(3) +
              ",\"v\":" + scalar() + "}";
    add("t", random_.below(6) == 0 ? scalar() : "[" + list + "]");
    return text + "}";
  }
  std::string field() { return one_of({"a", "b", "c.x", "c.y", "c", "t", "t.k", "n", "z"}); }
  std::string value() {
    return one_of(
        {"a", "b", "c.x", "c.y", "b + 1", "a || b", "t.k", "n", "typeof(a)", "coalesce(c.x, b)"});
  }
  std::string condition() {
    const std::string left = value();
    switch (random_.below(6)) {
      case 0:
        return left + " = " + one_of({"1", "2", "'a'", "1.5"});
      case 1:
        return left + " > " + one_of({"1", "0", "'a'"});
      case 2:
        return left + " IS NOT NULL";
      case 3:
        return left + " IN (1, 2, 'a') AND b >= 1";
      case 4:
        return field() + one_of({" BETWEEN 1 AND 2", " <= 'a' AND b > 0", " = '2'", " < true"});
      default:
        return "NOT exists(" + field() + ") OR b < 3";
    }
  }
  std::string stage() {
    switch (random_.below(26)) {
      case 0:
      case 1:
      case 2:
        return "filter " + condition();
      case 3:
        return "select " + value() + " as a, b, c, t";
      case 4:
        return "select a, b as n, c.x as z, t";
      case 5:
        return "add_field n = " + value();
      case 6:
        return "add_field c.n = " + value() + ", b = 1";
      case 7:
        return "drop " + one_of({"a", "c.x", "t", "b, n"});
      case 8:
        return "head " + number(20);
      case 9:
        return "skip " + number(5);
      case 10:
        return "tail " + number(20);
      case 11:
        return "sort_by " + value() + one_of({"", " desc", " nulls last"}) + ", b";
      case 12:
        return one_of({"top_k ", "bottom_k "}) + number(10) + " by " + value();
      case 13:
        return "unique_by " + value();
      case 14:
        return "explode t" + one_of({"", " as n", " outer", " as t outer"});
      case 15:
        return "group_by " + value() + " as a { count() as n, min(b) as b, max(c.x) as c }";
      case 16:
        return "group_by " + value() +
               " as b { sum(c.y) as n, count(distinct a) as a, list(b) as t }";
      case 17:
        return one_of({"reverse", "shuffle seed 3", "sample 7 seed 2", "flatten"});
      case 18:
        return one_of(
            {"append (json '[{\"a\":1,\"b\":2}]')", "insert 0 (json '[{\"a\":1,\"b\":2}]')"});
      case 19:
        return one_of({"rename a as n, b as a", "rename c.x as q", "select *, b + 1 as n",
                       "select c.*, b, t", "select b as x, c.*, a"});
      case 20:
        return "explode c" + one_of({"", " as n", " outer"});
      case 21:
        return "window by " + value() + " order " + value() + one_of({"", " desc"}) + ", b { " +
               one_of({"row_number() as n", "row_number() as n, rank() as r",
                       "sum(b) as n, lag(a) as w",
                       "count(a) filter (where b > 1) as n, first(a) as f, last(c.y) as l",
                       "max(a) rows between 1 preceding and 1 following as n, list(b) as m"}) +
               " }" + one_of({"", " | filter n <= 2"});
      case 22:
      case 23:
        return join(one_of({"join", "left join"}));
      case 24:
        return join(one_of({"semi join", "anti join"}));
      default:
        return one_of({"nest b, a as t", "group_by b", "index_by b"});
    }
  }
  // Never the same name twice: a field that is there already is an error.
  std::string join(const std::string& kind) {
    const std::string name = "j" + std::to_string(++joins_);
    const std::string right = one_of({"e", "e | filter b > 0", "e | explode t",
                                      "e | sort_by b desc", "e | group_by b { count() as a }"});
    return kind + " (" + right + " | head 7) as " + name + " on " + value() +
           one_of({" = ", " = ", " is "}) + value() +
           one_of(
               {"", "", " and b = b", " and " + name + ".b > 1", " and " + name + ".c.y <> c.y"});
  }

  Random random_;
  int joins_ = 0;
};

std::string joined(const Texts& texts) {
  std::string all = "[";
  for (const std::string& text : texts) all += (all.size() > 1 ? "," : "") + text;
  return all + "]";
}

// Every path has an index that finds few rows.
class IndexesEverywhere : public SourceStatistics {
 public:
  using SourceStatistics::SourceStatistics;
  double selectivity(const plan::Source&, const expr::Expr&) const override { return 0.01; }
  bool has_index(const plan::Source&, const Path&) const override { return true; }
  plan::PathKnowledge values(const plan::Source&, const Path&) const override {
    return {.trees = 1e6, .distinct = 1e6, .batch_trees = 1};
  }
};

// Runs a plan; an error's sentence stands for its trees.
template <typename Run>
Texts outcome(Run run) {
  try {
    return run();
  } catch (const Error& error) {
    return {"error"};
  }
}

TEST_CASE("random plans give the same trees however they are run", "[plan]") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Generator generator(seed);
    const Texts documents = generator.documents();
    const Texts others = generator.documents();  // what joins find partners in
    const std::vector<std::string> stages = generator.stages();
    std::string text = "d";
    for (const std::string& stage : stages) text += " | " + stage;
    INFO("seed " << seed << ": " << text << "\n" << joined(documents) << "\n" << joined(others));
    PlanRunner runner;
    runner.add("d", documents, 5);
    runner.add("e", others, 2);
    const plan::NodePtr plan = plan::parse_plan(text);
    const Texts expected = outcome([&] { return runner.run(plan); });

    const IndexesEverywhere indexes(runner.binder());
    CHECK(outcome([&] { return runner.run(plan::optimize(plan)); }) == expected);
    CHECK(outcome([&] { return runner.run(optimized(plan, runner.binder())); }) == expected);
    CHECK(outcome([&] { return runner.run(plan::optimize(plan, indexes)); }) == expected);
    for (const plan::Rule& rule : plan::rules()) {
      INFO(rule.name);
      plan::RuleSwitches alone, without;
      alone.turn_all(false);
      alone.turn(rule.name, true);
      without.turn(rule.name, false);
      for (const plan::RuleSwitches& switches : {alone, without})
        CHECK(outcome([&] {
                return runner.run(plan::optimize_with(plan, switches, indexes).plan);
              }) == expected);
    }
    PlanRunner other;
    other.context.budgets.threads = 2;
    other.context.budgets.parallel_trees = 0;
    other.add("d", documents, 1);
    other.add("e", others, 1);
    CHECK(outcome([&] { return other.run(plan); }) == expected);

    const Texts stepwise = outcome([&] {
      Texts trees = documents;
      for (const std::string& stage : stages) {
        PlanRunner step;
        step.add("d", trees, 3);
        step.add("e", others, 3);
        trees = step.run("d | " + stage);
      }
      return trees;
    });
    CHECK(stepwise == expected);
  }
}

}  // namespace
}  // namespace arbors::exec
