#include "sql/import/import.h"

#include <algorithm>

#include "tests/unit/catch.h"
#include "tests/unit/stop_at.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

TEST_CASE("an import that fails names the place and changes nothing", "[store]") {
  Database database;
  const auto store = database.create(batches_of(3));
  import_text(*store, "1\n2\n3\n4\n");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "{\"i\":" + std::to_string(i) + "}\n";
  text += "{\"i\":}\n{}\n";
  CHECK_THROWS_WITH(import_text(*store, text), ContainsSubstring("json, line 101, byte "));
  CHECK(trees_of(*store) == Trees{"1", "2", "3", "4"});
  CHECK(store->generation() == 1);
  CHECK(store->columns().empty());
}

TEST_CASE("rejected lines are skipped, counted, and the first listed", "[store]") {
  Database database;
  const auto store = database.create(batches_of(7));
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 3 == 1 ? "{bad\n" : std::to_string(i) + "\n";
  const auto report = import_text(*store, text, parse_import_options(R"({"on_error":"skip"})"));
  CHECK(report.trees == 200);
  CHECK(report.rejected == 100);
  REQUIRE(report.first_rejected.size() == 20);
  CHECK(report.first_rejected[1].fault.line == 5);
  CHECK(trees_of(*store).size() == 200);
  CHECK_THAT(report.to_json(), ContainsSubstring("\"rejected\":100"));
}

TEST_CASE("a limit counts trees that were taken", "[store]") {
  const int limit = GENERATE(0, 1, 5, 6, 7, 100, 199, 200, 1000);
  Database database;
  const auto store = database.create(batches_of(6));
  std::string text;
  for (int i = 0; i < 300; ++i) text += i % 3 == 1 ? "{bad\n" : std::to_string(i) + "\n";
  ImportOptions options;
  options.on_error = OnError::Skip;
  options.limit = static_cast<std::uint64_t>(limit);
  CHECK(import_text(*store, text, options).trees ==
        static_cast<std::uint64_t>(std::min(limit, 200)));
  CHECK(store->trees() == static_cast<std::uint64_t>(std::min(limit, 200)));
}

TEST_CASE("few documents are appended as pending trees, with their columns", "[store]") {
  Database database;
  const auto store = database.create();
  import_text(*store, "{\"a\":1}");
  import_text(*store, "[{\"a\":2},{\"b\":3}]");
  CHECK(store->totals().batches == 1);
  CHECK(store->columns().size() == 2);
  CHECK(trees_of(*store) == Trees{"{\"a\":1}", "{\"a\":2}", "{\"b\":3}"});
}

TEST_CASE("an interrupted import rolls back", "[store]") {
  Database database;
  const auto store = database.create(batches_of(2));
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"a\":" + std::to_string(i) + "}\n";
  {
    const StopAt stop(4);
    CHECK_THROWS_AS(import_text(*store, text), Error);
  }
  CHECK(store->trees() == 0);
}

TEST_CASE("options that are not known are refused", "[store]") {
  CHECK_THROWS_WITH(parse_import_options(R"({"fromat":"jsonl"})"),
                    ContainsSubstring("there are: format"));
  CHECK_THROWS_WITH(parse_import_options(R"({"limit":"many"})"),
                    ContainsSubstring("'limit' wants"));
  CHECK_THROWS_WITH(parse_import_options(R"({"on_error":"stop"})"),
                    ContainsSubstring("'abort' or 'skip'"));
  CHECK_THROWS_WITH(parse_import_options("[]"), ContainsSubstring("must be a JSON object"));
  CHECK_THROWS_WITH(parse_import_options("{"), ContainsSubstring("not JSON"));
}

TEST_CASE("an import writes the same bytes of trees whatever the number of workers", "[store]") {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += "{\"k" + std::to_string(i / 100) + "\":" + std::to_string(i) + "}\n";
  }
  std::vector<std::string> names[2];
  for (const unsigned threads : {1U, 4U}) {
    Database database;
    database.connection()->threads = threads;
    const auto store = database.create(batches_of(50));
    import_text(*store, text);
    for (const Column& column : store->columns()) {
      names[threads == 1 ? 0 : 1].push_back(column.name);
    }
    CHECK(store->trees() == 5000);
    CHECK(store->check() == std::vector<std::string>{});
  }
  CHECK(names[0] == names[1]);
}
