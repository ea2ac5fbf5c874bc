// What the store holds in memory when an allocation fails: all of something, or nothing of it.
#include "tests/unit/out_of_memory.h"

#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

TEST_CASE("what another connection wrote is read whole, however often reading fails", "[store]") {
  const File file;
  Database first(file.path()), second(file.path());
  first.run("PRAGMA journal_mode = WAL");
  const auto writer = first.create();
  const auto reader = second.open();
  bool failed = true;
  std::int64_t at = 1;
  for (; failed; ++at) {
    write(*writer, [&] {
      for (int row = 0; row < 3; ++row) writer->insert(R"({"a":)" + std::to_string(at) + "}");
    });
    failed = fails_at(at, [&] { reader->trees(); });
    INFO("allocation " << at);
    REQUIRE(trees_of(*reader) == trees_of(*writer));
  }
  CHECK(at > 5);
}

TEST_CASE("a transaction that cannot begin has not begun", "[store]") {
  const File file;
  Database first(file.path()), second(file.path());
  first.run("PRAGMA journal_mode = WAL");
  const auto store = first.create();
  const auto other = second.open();
  std::int64_t at = 1;
  for (; fails_at(at, [&] { store->begin(); }); ++at) {
    INFO("allocation " << at);
    write(*other, [&] { other->insert("1"); });
    REQUIRE(trees_of(*store) == trees_of(*other));
    REQUIRE_THROWS_WITH(store->insert("2"), ContainsSubstring("outside of a transaction"));
  }
  CHECK(at > 1);
  store->rollback();
}

TEST_CASE("a snapshot that cannot be made whole is made again", "[store]") {
  Database database;
  const auto store = database.create();
  const Path path = parse_path("a");
  write(*store, [&] {
    store->create_index(path);
    for (const std::int64_t rowid : {5, 3, 9}) store->insert(R"({"a":1})", rowid);
  });
  std::int64_t at = 1;
  for (; fails_at(at, [&] { store->snapshot(); }); ++at) {
    INFO("allocation " << at);
    REQUIRE(store->snapshot()->has_index(path));
    write(*store, [&] { store->insert("{}"); });
  }
  CHECK(at > 5);
  const auto snapshot = store->snapshot();
  std::optional<Place> place;
  CHECK(fail_until_done([&] { place = snapshot->find_rowid(3); }) > 0);
  CHECK(place.has_value());
}
