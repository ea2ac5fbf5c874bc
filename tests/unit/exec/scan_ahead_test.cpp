// Workers ahead of the reader give what the scan gives alone, however soon the reader stops.
#include "engine/exec/scan/scan_ahead.h"

#include "engine/base/error.h"
#include "engine/exec/scan/parallel_scan.h"
#include "engine/exec/scan/tree_shape.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/text/parser.h"
#include "tests/unit/catch.h"
#include "tests/unit/exec/plan_runner.h"
#include "tests/unit/stop_at.h"

namespace arbors::exec {
namespace {

using Rows = std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>>;

Texts numbers(std::size_t count) {
  Texts documents;
  for (std::size_t i = 0; i < count; ++i) documents.push_back("{\"n\":" + std::to_string(i) + "}");
  return documents;
}

ExecutionContext workers(unsigned threads) {
  ExecutionContext context;
  context.budgets.threads = threads;
  context.budgets.parallel_trees = 0;
  return context;
}

// The rows of the first `most` blocks.
Rows scanned(const ScanInput& input, const ExecutionContext& context, std::size_t most) {
  Scan scan(input, context);
  ScanAhead ahead(scan, paths_read(input, {}), context);
  Rows rows;
  ScannedRows block;
  while (rows.size() < most && ahead.next(block)) {
    rows.emplace_back(block.index, std::vector<std::uint32_t>());
    for (std::uint32_t i = 0; i < block.rows.size(); ++i)
      rows.back().second.push_back(block.rows[i]);
  }
  return rows;
}

TEST_CASE("workers give the scan's blocks in its order", "[exec]") {
  const TreeSourcePtr source = source_of(numbers(500), 7);
  for (const char* condition : {"n % 3 = 0", "n % 50 = 7", "n < 0", "n >= 0"}) {
    const ScanInput input{source, {}, expr::parse_expression(condition), {}};
    for (const std::size_t most : {1U, 3U, 1000U}) {
      INFO(condition << ", " << most << " blocks");
      const Rows expected = scanned(input, workers(1), most);
      for (int round = 0; round < 10; ++round) {
        CHECK(scanned(input, workers(2), most) == expected);
        CHECK(scanned(input, workers(4), most) == expected);
      }
    }
  }
}

TEST_CASE("an error comes where its rows would, and not to a reader who stops before", "[exec]") {
  const TreeSourcePtr source = source_of(numbers(100), 5);
  // Every fifth block has a row; the 61st tree, of the 13th block, has no absolute value.
  const ScanInput input{
      source,
      {},
      expr::parse_expression("abs(n - 9223372036854775807 - 61) > 0 AND n % 25 = 0"),
      {}};
  for (const unsigned threads : {1U, 2U, 4U}) {
    INFO(threads << " threads");
    CHECK(scanned(input, workers(threads), 3).size() == 3);
    CHECK_THROWS_AS(scanned(input, workers(threads), 4), Error);
  }
}

TEST_CASE("an interrupt stops the reader and the workers", "[exec]") {
  const ExecutionContext context = workers(2);
  const StopAt stop(7);
  const TreeSourcePtr source = source_of(numbers(100), 5);
  const ScanInput input{source, {}, expr::parse_expression("n < 0"), {}};
  try {
    scanned(input, context, 1);
    FAIL("not interrupted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::Interrupted);
  }
}

// Far trees that say what of them was prepared.
class NotedTrees : public ReferencedTrees {
 public:
  batch::VectorPtr read(const Path&, batch::RowSpan) const override { return nullptr; }
  void prepare(const Path& path) const override { prepared.push_back(to_text(path)); }

  mutable std::vector<std::string> prepared;
};

class MountsFar : public BlockChange {
 public:
  MountsFar(std::shared_ptr<NotedTrees> trees, const expr::ExprPtr& read)
      : trees_(std::move(trees)), read_(read) {}

  void apply(ScannedRows&) const override {}
  bool mounts() const override { return true; }
  ReferencedTreesPtr referenced_trees() const override { return trees_; }
  std::vector<const RowExpr*> expressions() const override { return {&read_}; }

 private:
  std::shared_ptr<NotedTrees> trees_;
  RowExpr read_;
};

// Workers that met far trees unprepared read storage, which waited for the thread that owns it, as
// that one did for them.
TEST_CASE("far trees are prepared behind a step that makes new trees, too", "[exec]") {
  const auto far = [](const char* key) {
    Path path = mounted_path(1);
    path.steps.push_back({PathStep::Kind::Key, key, 0});
    return expr::path(std::move(path));
  };
  const auto shape = std::make_shared<const TreeShape>(
      *plan::RowShape().select({{"m", expr::parse_expression("n"), false}}));
  const auto trees = std::make_shared<NotedTrees>();
  ScanInput input{source_of(numbers(3), 2), {}, nullptr, {}};
  input.steps.push_back(ReshapeStep{shape});
  input.steps.push_back(ChangeStep{std::make_shared<const MountsFar>(trees, far("residual"))});
  const RowExpr read(far("shown"));
  const RowExpr* const expressions[] = {&read};
  const std::vector<ReadPath> paths = paths_read(input, expressions);
  CHECK(trees->prepared == std::vector<std::string>{"residual", "shown"});
  REQUIRE(paths.size() == 1);
  CHECK(to_text(paths[0].path) == "n");
}

}  // namespace
}  // namespace arbors::exec
