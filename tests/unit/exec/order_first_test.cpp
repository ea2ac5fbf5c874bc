// Top-k against sorting everything: whatever order the batches are visited in, the first rows are
// the same, ties included.
#include <random>

#include "engine/base/counters.h"
#include "engine/exec/sort/order.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"

namespace arbors::exec {
namespace {

// Few distinct keys, so that ties cross batches; each batch leans to one kind of value.
Texts random_documents(std::mt19937& random, std::size_t count) {
  Texts documents;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned kind = (random() % 3 == 0 ? random() : static_cast<unsigned>(i) / 7) % 6;
    const std::string digit = std::to_string(random() % 8);
    const std::string key = kind == 0   ? R"("k":null,)"
                            : kind == 1 ? std::string()
                            : kind == 2 ? R"("k":"t)" + digit + R"(",)"
                            : kind == 3 ? R"("k":)" + digit + ".5,"
                            : kind == 4 ? R"("k":-)" + digit + ","
                                        : R"("k":[)" + digit + "],";
    documents.push_back("{" + key + R"("second":)" + std::to_string(random() % 3) + "}");
  }
  return documents;
}

plan::SortKey key_of(const char* path, bool descending, bool nulls_last) {
  plan::SortKey key;
  key.expr = expr::parse_expression(path);
  key.descending = descending;
  key.nulls_last = nulls_last;
  return key;
}

std::vector<RowRef> first(const TreeSourcePtr& source, const plan::Sort& sort, std::uint64_t count,
                          const ExecutionContext& context, const expr::ExprPtr& predicate) {
  Scan scan({source, {}, predicate, {}}, context);
  return order_first(scan, sort, count, context);
}

}  // namespace

TEST_CASE("the first rows are those of the whole order", "[exec]") {
  std::mt19937 random(7);
  const ExecutionContext context;
  ExecutionContext crew;
  crew.budgets.threads = 3;
  crew.budgets.parallel_trees = 0;
  for (int round = 0; round < 60; ++round) {
    const TreeSourcePtr source = source_of(random_documents(random, 90), 1 + random() % 20);
    const expr::ExprPtr predicate =
        random() % 2 == 0 ? nullptr : expr::parse_expression("second > 0");
    plan::Sort sort;
    sort.keys.push_back(key_of("k", random() % 2 == 0, random() % 2 == 0));
    if (random() % 3 == 0) sort.keys.push_back(key_of("second", random() % 2 == 0, false));
    const ScanInput input{source, {}, predicate, {}};
    const OrderedRows all = order_all(input, sort, context);
    for (const std::size_t count : {1U, 3U, 10U, 40U, 200U}) {
      INFO("round " << round << ", first " << count);
      const std::vector<RowRef> expected = all.cut(0, std::min(count, all.size()));
      CHECK(first(source, sort, count, context, predicate) == expected);
      CHECK(first(source, sort, count, crew, predicate) == expected);
    }
  }
}

TEST_CASE("sorting by place takes rows from the front or from behind", "[exec]") {
  std::mt19937 random(8);
  const ExecutionContext context;
  const TreeSourcePtr source = source_of(random_documents(random, 50), 7);
  for (const auto by : {plan::SortKey::By::Rowid, plan::SortKey::By::Position}) {
    for (const bool descending : {false, true}) {
      plan::Sort sort;
      sort.keys.push_back({nullptr, descending, false, Collation::Binary, by});
      const expr::ExprPtr predicate = expr::parse_expression("second = 1");
      const ScanInput input{source, {}, predicate, {}};
      const std::vector<RowRef> expected = order_all(input, sort, context).cut(0, 9);
      CHECK(first(source, sort, 9, context, predicate) == expected);
    }
  }
}

TEST_CASE("a top-k against the data's order reads its last batch and rules out the others",
          "[exec]") {
  Texts documents;
  for (int i = 0; i < 100; ++i) documents.push_back(R"({"k":)" + std::to_string(i) + "}");
  Counters counters;
  ExecutionContext context;
  context.counters = &counters;
  plan::Sort sort;
  sort.keys.push_back(key_of("k", true, true));
  const auto rows = first(source_of(documents, 10), sort, 10, context, nullptr);
  REQUIRE(rows.size() == 10);
  CHECK(rows.front() == RowRef{9, 9});
  CHECK(counters.batches_pruned == 9);
}

}  // namespace arbors::exec
