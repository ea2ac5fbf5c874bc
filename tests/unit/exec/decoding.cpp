// What decodes, and when: asserted on a stored Arbor by its counters, never by time.
#include "engine/exec/query/explain.h"
#include "engine/exec/query/query.h"
#include "engine/expr/text/parser.h"
#include "engine/plan/parse_plan.h"
#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

namespace arbors::exec {
namespace {

// 1,000 trees in ten batches: n counts up, m within each batch, and there is a field w beside.
class Stored {
 public:
  Stored() {
    store::Options options;
    options.batch_trees = 100;
    store_ = database_.create(options);
    std::string text;
    for (int n = 0; n < 1000; ++n)
      text += "{\"n\":" + std::to_string(n) + ",\"m\":" + std::to_string(n % 100) + ",\"w\":\"w" +
              std::to_string(n) + "\"}\n";
    store::import_text(*store_, text);
    snapshot_ = store_->snapshot();
    context_.counters = &counters();
  }

  Counters& counters() { return database_.connection()->counters; }

  // Runs something with the counters at nothing and no column decoded before.
  template <typename Run>
  void watch(const char* plan, Run run) {
    database_.connection()->cache.clear();
    for (const CounterName& name : counter_names()) counters().*name.counter = 0;
    run(Query{prepare(plan), bind_, context_});
  }

 private:
  store::tests::Database database_;
  std::unique_ptr<store::Store> store_;
  std::shared_ptr<store::Snapshot> snapshot_;
  ExecutionContext context_;
  SourceBinder bind_ = [this](const plan::Source&) { return snapshot_; };
};

std::vector<std::string> trees_of(const Query& query) {
  std::vector<std::string> trees;
  TreeStream stream(execute(query.plan, query.bind, query.context));
  std::string tree;
  while (stream.next(tree)) trees.push_back(tree);
  return trees;
}

TEST_CASE("counting and choosing by place decode nothing until trees are read", "[plan]") {
  Stored stored;
  for (const char* plan : {"t", "t | head 7", "t | tail 7", "t | skip 500", "t | take 3, -1",
                           "t | reverse", "t | sample 5", "t | sort_by n | select n"}) {
    INFO(plan);
    stored.watch(plan, [&](const Query& query) {
      CHECK(count(query) > 0);
      if (std::string(plan).find("sort_by") == std::string::npos) open(query);
    });
    CHECK(stored.counters().pools_decoded == 0);
  }
}

TEST_CASE("explaining a plan decodes nothing", "[plan]") {
  Stored stored;
  stored.watch("t | filter n > 5 | sort_by m | head 3", [](const Query& query) {
    explain(query.plan, "logical,optimized,physical,decode_plan,costs", query.bind, query.context);
  });
  CHECK(stored.counters().pools_decoded == 0);
}

TEST_CASE("one tree decodes one batch", "[plan]") {
  Stored stored;
  stored.watch("t", [](const Query& query) { CHECK(get(query, 555).has_value()); });
  CHECK(stored.counters().batches_decoded == 1);
  CHECK(stored.counters().materialize_calls == 1);
}

TEST_CASE("a filter leaves out the batches that statistics rule out", "[plan]") {
  Stored stored;
  stored.watch("t | filter n = 950 | select w",
               [](const Query& query) { CHECK(trees_of(query).size() == 1); });
  CHECK(stored.counters().batches_pruned == 9);
  CHECK(stored.counters().batches_decoded == 1);
  CHECK(stored.counters().materialize_calls == 0);
}

TEST_CASE("fields beside the filter are decoded only where trees survive", "[plan]") {
  Stored stored;
  stored.watch("t | filter m = 5 AND n + 0 < 100 | select w",
               [](const Query& query) { CHECK(trees_of(query).size() == 1); });
  CHECK(stored.counters().batches_decoded == 10);
  // m and n of every batch, w of one.
  CHECK(stored.counters().pools_decoded == 21);
}

TEST_CASE("what is settled stops reading, and the rest counts as skipped", "[plan]") {
  Stored stored;
  const expr::ExprPtr condition = expr::parse_expression("m = 50");
  stored.watch("t", [&](const Query& query) { CHECK(find_one(query, condition).has_value()); });
  CHECK(stored.counters().batches_decoded == 1);
  CHECK(stored.counters().early_exit_batches_skipped == 9);
  stored.watch("t", [&](const Query& query) { CHECK(any(query, condition)); });
  CHECK(stored.counters().early_exit_batches_skipped == 9);
  stored.watch("t", [&](const Query& query) { CHECK_FALSE(all(query, condition)); });
  CHECK(stored.counters().early_exit_batches_skipped == 9);
  stored.watch("t | filter m >= 50 | head 60 | select m",
               [&](const Query& query) { CHECK(trees_of(query).size() == 60); });
  CHECK(stored.counters().batches_decoded == 2);
  CHECK(stored.counters().early_exit_batches_skipped == 8);
}

TEST_CASE("a top-k decodes the keys, then the trees that it gives", "[plan]") {
  Stored stored;
  stored.watch("t | top_k 3 by m | select m, w",
               [](const Query& query) { CHECK(trees_of(query).size() == 3); });
  // m of every batch; w of the three batches that hold the first three trees.
  CHECK(stored.counters().pools_decoded <= 10 + 3);
  CHECK(stored.counters().materialize_calls == 0);
}

}  // namespace
}  // namespace arbors::exec
