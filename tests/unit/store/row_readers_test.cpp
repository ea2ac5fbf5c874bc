#include "sql/batches/row_readers.h"

#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

namespace arbors::store::tests {
namespace {

std::string long_tree(int i) {
  return R"({"s":")" + std::string(500, 'x') + std::to_string(i) + "\"}";
}

void fill_batches(Store& store, int batches) {
  std::string lines;
  for (int i = 0; i < 16 * batches; ++i) lines += long_tree(i) + '\n';
  import_text(store, lines);
}

}  // namespace

TEST_CASE("a batch stays open for single rows until the cache lets go of a column", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_batches(*store, 3);
  const auto snapshot = store->snapshot();
  REQUIRE(snapshot->segments().size() == 3);
  const exec::BatchId first = snapshot->segments()[0].batch;
  // A batch keeps no column that is read for a few single rows; so all of them are.
  const auto read_rows = [&](batch::RowReader& rows) {
    for (std::uint32_t i = 0; i < 48; ++i) {
      std::string text;
      rows.write_tree(i % 16, text);
      CHECK(text == long_tree(static_cast<int>(i % 16)));
    }
  };
  read_rows(*snapshot->open_rows(first));
  const std::weak_ptr<batch::RowReader> kept = snapshot->open_rows(first);
  CHECK(snapshot->open_rows(first) == kept.lock());
  CHECK(store->snapshot_of(std::vector<std::int64_t>{1})->open_rows(first) == kept.lock());

  database.connection()->cache.set_capacity(100);
  snapshot->open_batch(first);
  CHECK(kept.expired());
  // Without a cache nothing is kept either.
  const std::weak_ptr<batch::RowReader> without = snapshot->open_rows(first);
  read_rows(*without.lock());
  CHECK(snapshot->open_rows(snapshot->segments()[1].batch) != nullptr);
  CHECK(without.expired());
}

TEST_CASE("rows are found by their positions, live ones alone", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_batches(*store, 2);
  write(*store, [&] {
    for (const std::int64_t rowid : {1, 2, 17, 20}) REQUIRE(store->erase(rowid));
  });
  const auto snapshot = store->snapshot();
  for (std::int64_t position = 0; position < 28; ++position) {
    const auto place = snapshot->find_position(position);
    REQUIRE(place);
    const exec::Segment& segment = snapshot->segments()[place->segment];
    CHECK(store->position(segment.rowid(place->row)) == static_cast<std::uint64_t>(position));
  }
  CHECK_FALSE(snapshot->find_position(-1));
  CHECK_FALSE(snapshot->find_position(28));
}

}  // namespace arbors::store::tests
