// What opening an Arbor reads: the log, the paths and the options, however many batches there are.
#include "sql/import/import.h"
#include "sql/store/store.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

std::string numbered(int trees) {
  std::string lines;
  for (int i = 0; i < trees; ++i) lines += "{\"i\":" + std::to_string(i) + "}\n";
  return lines;
}

// The pages that SQLite has looked at, in its cache or not, since this was last asked.
int pages_read(sqlite3* db) {
  int hits = 0, misses = 0, most = 0;
  sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_HIT, &hits, &most, 1);
  sqlite3_db_status(db, SQLITE_DBSTATUS_CACHE_MISS, &misses, &most, 1);
  return hits + misses;
}

struct Pages {
  int opened, read;
};
Pages pages_of(int batches) {
  const File file;
  {
    Database database(file.path());
    import_text(*database.create(batches_of(4)), numbered(4 * batches));
  }
  Database database(file.path());
  database.number("SELECT count(*) FROM sqlite_schema");
  pages_read(database.db());
  const auto store = database.open();
  CHECK(store->trees() == static_cast<std::uint64_t>(4 * batches));
  CHECK(store->columns().size() == 1);
  CHECK(store->generation() == 1);
  const int opened = pages_read(database.db());
  CHECK(store->snapshot()->segments().size() == static_cast<std::size_t>(batches));
  return {opened, pages_read(database.db())};
}

}  // namespace

TEST_CASE("opening and counting read as many pages of many batches as of few", "[store]") {
  const Pages few = pages_of(2), many = pages_of(1000);
  CHECK(many.opened == few.opened);
  CHECK(many.read > few.read);
}

TEST_CASE("one record of the log counts all batches of an import", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  import_text(*store, numbered(200));
  CHECK(store->totals().batches == 50);
  CHECK(database.number("SELECT count(*) FROM t_pending") == 2);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("trees are counted from the log as from what it means", "[store]") {
  const File file;
  {
    Database database(file.path());
    const auto store = database.create(batches_of(16));
    import_text(*store, numbered(40));
    write(*store, [&] {
      store->insert("{\"i\":41}");
      store->insert("{\"i\":42}");
      store->erase(3);
      store->erase(41);
      store->replace(5, "{\"j\":1}");
    });
    write(*store, [&] {
      for (const std::int64_t row : {7, 8, 9}) store->erase(row);
    });
  }
  Database database(file.path());
  const auto store = database.open();
  CHECK(store->trees() == 37);
  CHECK(trees_of(*store).size() == 37);
  CHECK(store->trees() == 37);
}

TEST_CASE("what another connection writes is seen before and after the first read", "[store]") {
  const File file;
  Database first(file.path()), second(file.path());
  const auto writer = first.create(batches_of(16));
  import_text(*writer, numbered(20));
  const auto reader = second.open();
  CHECK(reader->trees() == 20);
  write(*writer, [&] { writer->insert("{\"i\":20}"); });
  CHECK(reader->trees() == 21);
  write(*writer, [&] { writer->erase(1); });
  CHECK(trees_of(*reader).size() == 20);
  CHECK(reader->trees() == 20);
  import_text(*writer, numbered(5));
  CHECK(reader->trees() == 25);
  CHECK(trees_of(*reader).size() == 25);
}
