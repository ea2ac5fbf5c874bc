#include "engine/exec/source/memory_source.h"

#include "engine/base/error.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::exec {

TEST_CASE("batches in memory are a source with rowids from 1", "[batch]") {
  const auto paths = std::make_shared<PathDictionary>();
  const std::vector<batch::BatchReaderPtr> batches{
      batch::naive_batch({"1", "2", "3"}), batch::naive_batch({}), batch::naive_batch({"4", "5"})};
  MemorySource source(batches, paths);
  REQUIRE(source.trees() == 5);
  REQUIRE(source.segments().size() == 2);
  const Segment& last = source.segments()[1];
  REQUIRE(last.batch == 2);
  REQUIRE(last.position == 3);
  REQUIRE(last.count == 2);
  REQUIRE(last.rowid(1) == 5);
  REQUIRE(last.is_live(1));
  REQUIRE(source.open_batch(2)->trees() == 2);
  REQUIRE_THROWS_AS(source.open_batch(3), Error);
}

}  // namespace arbors::exec
