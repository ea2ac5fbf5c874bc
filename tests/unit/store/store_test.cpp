#include "sql/store/store.h"

#include "engine/batch/build/batch_builder.h"
#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

std::string numbered(int from, int to) {
  std::string lines;
  for (int i = from; i < to; ++i) {
    lines += "{\"i\":" + std::to_string(i) + ",\"s\":\"n" + std::to_string(i % 7) + "\"}\n";
  }
  return lines;
}

std::string tree(int i) {
  return "{\"i\":" + std::to_string(i) + ",\"s\":\"n" + std::to_string(i % 7) + "\"}";
}

Trees numbered_trees(int from, int to) {
  Trees trees;
  for (int i = from; i < to; ++i) trees.push_back(tree(i));
  return trees;
}

}  // namespace

TEST_CASE("imported trees come back in order, with rowids from 1", "[store]") {
  Database database;
  const auto store = database.create(batches_of(10));
  CHECK(import_text(*store, numbered(0, 35)).trees == 35);
  CHECK(trees_of(*store) == numbered_trees(0, 35));
  CHECK(rowids_of(*store->snapshot()).front() == 1);
  CHECK(rowids_of(*store->snapshot()).back() == 35);
  CHECK(store->totals().batches == 4);
  CHECK(store->generation() == 1);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("an Arbor in a file is the same after it is opened anew", "[store]") {
  const File file;
  {
    Database database(file.path());
    const auto store = database.create(batches_of(10));
    import_text(*store, numbered(0, 25));
    write(*store, [&] {
      store->insert(tree(25));
      store->erase(3);
      store->replace(5, "{\"new\":true}");
    });
  }
  Database database(file.path());
  const auto store = database.open();
  Trees expected = numbered_trees(0, 26);
  expected[4] = "{\"new\":true}";
  expected.erase(expected.begin() + 2);
  CHECK(trees_of(*store) == expected);
  CHECK(store->generation() == 2);
  CHECK(store->options().batch_trees == 10);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("a replaced row keeps its rowid and its place, pending and folded", "[store]") {
  const std::uint32_t size = GENERATE(1U, 2U, 7U, 1000U);
  Database database;
  const auto store = database.create(batches_of(size));
  import_text(*store, numbered(0, 20));
  Trees expected = numbered_trees(0, 20);
  for (const int row : {0, 7, 8, 19, 7}) {
    write(*store, [&] { CHECK(store->replace(row + 1, "{\"row\":" + std::to_string(row) + "}")); });
    expected[static_cast<std::size_t>(row)] = "{\"row\":" + std::to_string(row) + "}";
    CHECK(trees_of(*store) == expected);
  }
  write(*store, [&] { store->optimize(); });
  CHECK(trees_of(*store) == expected);
  CHECK(rowids_of(*store->snapshot())[7] == 8);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("small commits fold a part of a batch, and purge the log bit by bit", "[store]") {
  Database database;
  Options options = batches_of(4096);
  options.retain = 1;
  const auto store = database.create(options);
  const auto logged = [&] { return database.number("SELECT count(*) FROM t_pending"); };
  const auto insert = [&] { write(*store, [&] { store->insert("{}"); }); };
  for (int row = 0; row < 1023; ++row) insert();
  CHECK(store->totals().batches == 0);
  insert();
  CHECK(store->totals().batches == 1);
  std::int64_t left = logged();
  CHECK(left > 512);
  int commits = 0;
  for (; left > commits + 1; ++commits) {  // the Base, and a record of each commit since
    CHECK(store->check() == std::vector<std::string>{});
    insert();
    CHECK(logged() < left);
    left = logged();
  }
  CHECK(commits > 1);
  CHECK(store->trees() == 1024U + static_cast<unsigned>(commits));
  CHECK(database.open()->check() == std::vector<std::string>{});
}

TEST_CASE("a rowid is never given twice", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  write(*store, [&] {
    CHECK(store->insert("1") == 1);
    CHECK(store->insert("2") == 2);
    CHECK(store->erase(2));
  });
  write(*store, [&] { store->optimize(); });
  write(*store, [&] { store->clear(); });
  write(*store, [&] { store->vacuum(); });
  const auto again = database.open();
  write(*again, [&] { CHECK(again->insert("3") == 3); });
}

TEST_CASE("a taken rowid is refused, a free one is taken", "[store]") {
  Database database;
  const auto store = database.create();
  write(*store, [&] {
    CHECK(store->insert("\"a\"", 10) == 10);
    CHECK_THROWS_WITH(store->insert("\"b\"", 10), ContainsSubstring("rowid 10"));
    CHECK(store->insert("\"c\"", 5) == 5);
    CHECK(store->insert("\"d\"") == 11);
  });
  CHECK(trees_of(*store) == Trees{"\"a\"", "\"c\"", "\"d\""});
  CHECK_FALSE(store->snapshot()->rowids_ascend());
  CHECK(store->contains(5));
  CHECK_FALSE(store->contains(6));
}

TEST_CASE("a rolled back transaction leaves nothing behind, in memory either", "[store]") {
  Database database;
  const auto store = database.create(batches_of(5));
  import_text(*store, numbered(0, 12));
  const Trees before = trees_of(*store);
  {
    WriteScope scope(*store);
    store->insert("{\"other\":1}");
    store->erase(1);
    store->optimize();
    store->insert("{\"another\":[1,2]}");
    CHECK(store->generation() == 2);
  }
  CHECK(trees_of(*store) == before);
  CHECK(store->generation() == 1);
  CHECK(store->columns().size() == 2);
  write(*store, [&] { CHECK(store->insert("{\"x\":1}") == 13); });
  CHECK(trees_of(*store).back() == "{\"x\":1}");
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("a ROLLBACK that the store is not told of is noticed", "[store]") {
  Database database;
  const auto store = database.create(batches_of(5));
  import_text(*store, numbered(0, 7));
  database.run("BEGIN");
  import_text(*store, numbered(7, 30));
  CHECK(trees_of(*store).size() == 30);
  database.run("ROLLBACK");
  CHECK(trees_of(*store) == numbered_trees(0, 7));
  import_text(*store, numbered(7, 30));
  CHECK(trees_of(*store) == numbered_trees(0, 30));
}

TEST_CASE("savepoints undo what came after them", "[store]") {
  Database database;
  const auto store = database.create(batches_of(3));
  import_text(*store, numbered(0, 4));
  database.run("BEGIN");
  store->begin();
  store->insert(tree(4));
  store->savepoint(0);
  database.run("SAVEPOINT a");
  for (int i = 5; i < 20; ++i) store->insert(tree(i));
  store->erase(1);
  CHECK(trees_of(*store).size() == 19);
  store->rollback_to(0);
  database.run("ROLLBACK TO a");
  CHECK(trees_of(*store) == numbered_trees(0, 5));
  store->insert(tree(5));
  store->sync();
  database.run("COMMIT");
  store->commit();
  CHECK(trees_of(*store) == numbered_trees(0, 6));
  CHECK(store->generation() == 2);
  const auto history = store->history();
  CHECK(history.back().trees == 6);
  CHECK(history.back().added == 2);
  CHECK(history.back().removed == 0);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("a rollback to a savepoint that could not begin undoes nothing", "[store]") {
  Database database;
  const auto store = database.create();
  write(*store, [&] { import_text(*store, "[1,2,3]", {}); });
  database.run("BEGIN");
  store->begin();
  store->savepoint(0);
  store->erase(2);
  store->release(0);
  // The next statement's savepoint fails to begin, in another table, say: SQLite tells of its end.
  store->rollback_to(0);
  store->release(0);
  CHECK(trees_of(*store) == Trees{"1", "3"});
  store->sync();
  database.run("COMMIT");
  store->commit();
  CHECK(trees_of(*store) == Trees{"1", "3"});
  CHECK(trees_of(*database.open()) == Trees{"1", "3"});
  CHECK(store->check().empty());
}

TEST_CASE("a second connection sees commits, and nothing else", "[store]") {
  const File file;
  Database first(file.path()), second(file.path());
  first.run("PRAGMA journal_mode = WAL");
  const auto writer = first.create(batches_of(4));
  const auto reader = second.open();
  CHECK(trees_of(*reader).empty());
  import_text(*writer, numbered(0, 10));
  CHECK(trees_of(*reader) == numbered_trees(0, 10));
  write(*writer, [&] {
    writer->insert(tree(10));
    writer->sync();
    CHECK(trees_of(*reader).size() == 10);
  });
  CHECK(trees_of(*reader) == numbered_trees(0, 11));
  write(*reader, [&] { reader->insert("{\"fresh\":{\"path\":1}}"); });
  CHECK(trees_of(*writer).size() == 12);
  CHECK(writer->generation() == 3);
  import_text(*reader, numbered(11, 400));
  CHECK(trees_of(*writer).size() == 401);
  CHECK(writer->columns().size() == 3);
}

TEST_CASE("a snapshot keeps its state while others write, optimize and vacuum", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  import_text(*store, numbered(0, 10));
  write(*store, [&] { store->insert(tree(10)); });
  const auto held = store->snapshot();
  write(*store, [&] {
    for (int row = 1; row < 8; ++row) store->erase(row);
    store->replace(9, "{}");
  });
  write(*store, [&] { store->optimize(); });
  write(*store, [&] { store->clear(); });
  write(*store, [&] { store->vacuum(); });
  CHECK(trees_of(*held) == numbered_trees(0, 11));
  CHECK(trees_of(*store).empty());
  CHECK(trees_of(*store->snapshot(held->generation())) == numbered_trees(0, 11));
}

TEST_CASE("generations stay readable until they are vacuumed", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  import_text(*store, numbered(0, 6));
  write(*store, [&] { store->insert(tree(6)); });
  write(*store, [&] { store->erase(2); });
  write(*store, [&] { store->optimize(); });
  CHECK(store->generation() == 4);
  CHECK(trees_of(*store->snapshot(0)).empty());
  CHECK(trees_of(*store->snapshot(1)) == numbered_trees(0, 6));
  CHECK(trees_of(*store->snapshot(2)) == numbered_trees(0, 7));
  CHECK(trees_of(*store->snapshot(3)).size() == 6);
  CHECK(store->history().size() == 5);
  write(*store, [&] { store->vacuum(1); });
  CHECK(store->oldest_generation() == 3);
  CHECK(trees_of(*store->snapshot(3)).size() == 6);
  CHECK_THROWS_WITH(store->snapshot(1), ContainsSubstring("readable: 3 to 4"));
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("vacuum gives space back and leaves the current state", "[store]") {
  const File file;
  Database database(file.path());
  const auto store = database.create(batches_of(100));
  import_text(*store, numbered(0, 20000));
  write(*store, [&] {
    for (int row = 1; row <= 15000; ++row) store->erase(row);
  });
  write(*store, [&] { store->optimize(); });
  const auto pages = database.number("PRAGMA page_count");
  std::uint64_t freed = 0;
  write(*store, [&] { freed = store->vacuum(); });
  CHECK(freed > 0);
  database.run("VACUUM");
  CHECK(database.number("PRAGMA page_count") < pages);
  CHECK(trees_of(*store) == numbered_trees(15000, 20000));
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("trees are inserted at a position", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  import_text(*store, numbered(0, 9));
  write(*store, [&] { store->erase(2); });
  Trees expected = numbered_trees(0, 9);
  expected.erase(expected.begin() + 1);
  for (const int position : {0, 3, 3, 3, 11, 5}) {
    const std::string text = "{\"at\":" + std::to_string(position) + "}";
    write(*store, [&] {
      const std::vector<std::string_view> documents{text};
      const auto built = batch::build_batch(documents, store->writable_paths());
      store->insert_at(static_cast<std::uint64_t>(position), encode_batch(built));
    });
    expected.insert(expected.begin() + position, text);
    CHECK(trees_of(*store) == expected);
  }
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("columns are found in order of appearance and keep their numbers", "[store]") {
  Database database;
  Options options;
  options.declared = {{"a", "INTEGER"}, {"b.c", ""}};
  const auto store = database.create(options);
  import_text(*store, R"({"z":{"y":1},"A":2,"b":{"c":3},"list":[{"deep":1}],"o":{}})");
  import_text(*store, R"([{"o":{"p":1},"later":null},{"o":5}])");
  std::vector<std::string> names;
  for (const Column& column : store->columns()) names.push_back(column.name);
  CHECK(names == std::vector<std::string>{"a", "b.c", "z.y", "list", "o", "o.p", "later"});
  CHECK(store->columns()[0].id == kNoPath);
  CHECK(store->columns()[1].id != kNoPath);
  const auto again = database.open();
  CHECK(again->columns().size() == 7);
  CHECK(again->columns()[6].name == "later");
}

TEST_CASE("a table is renamed with all its shadow tables", "[store]") {
  Database database;
  const auto store = database.create(batches_of(2), "old \"name\"");
  import_text(*store, numbered(0, 5));
  store->rename("it's new");
  CHECK(trees_of(*store) == numbered_trees(0, 5));
  write(*store, [&] { store->insert(tree(5)); });
  CHECK(trees_of(*database.open("it's new")) == numbered_trees(0, 6));
  store->destroy();
  CHECK(database.number("SELECT count(*) FROM sqlite_schema") == 0);
}

TEST_CASE("a newer storage format is refused with a sentence", "[store]") {
  Database database;
  database.create();
  database.run("UPDATE t_meta SET value = 99 WHERE key = 'format'");
  CHECK_THROWS_WITH(
      database.open(),
      ContainsSubstring("written by a newer Arbors (storage format 99; this library reads 4)"));
}

TEST_CASE("damage to any stored byte is reported or harmless, never a crash", "[store]") {
  Database database;
  const auto store = database.create(batches_of(8));
  import_text(*store, numbered(0, 20));
  write(*store, [&] {
    store->erase(3);
    store->replace(5, "{\"x\":1}");
    store->insert("[1,2,3]");
  });
  for (const char* damage : {"UPDATE t_chunk SET data = substr(data, 1, length(data) / 2)",
                             "UPDATE t_chunk SET data = zeroblob(length(data))",
                             "UPDATE t_chunk SET data = NULL",
                             "UPDATE t_chunk SET stats = zeroblob(40)",
                             "UPDATE t_chunk SET stats = NULL",
                             "UPDATE t_chunk SET stats = substr(stats, 1, 10)",
                             "DELETE FROM t_chunk",
                             "DELETE FROM t_chunk WHERE key >= 4294967296",
                             "UPDATE t_segment SET rows = 1000000",
                             "UPDATE t_segment SET nonce = 7",
                             "UPDATE t_segment SET first_row = -1",
                             "UPDATE t_segment SET live = x'ff'",
                             "UPDATE t_segment SET rowids = x'ff'",
                             "UPDATE t_segment SET count = 1",
                             "UPDATE t_segment SET batch = 3000000000",
                             "UPDATE t_segment SET first_rowid = 9223372036854775807",
                             "DELETE FROM t_segment",
                             "UPDATE t_pending SET tree = '{' WHERE op IN (1, 3)",
                             "UPDATE t_pending SET op = 77",
                             "UPDATE t_pending SET row = 999 WHERE op = 3",
                             "DELETE FROM t_pending",
                             "DELETE FROM t_pending WHERE op = 0",
                             "UPDATE t_path SET parent = 70",
                             "UPDATE t_path SET key = 'same'",
                             "DELETE FROM t_path WHERE id = 0",
                             "DELETE FROM t_meta WHERE key = 'base'",
                             "UPDATE t_meta SET value = 'x'"}) {
    INFO(damage);
    database.run("SAVEPOINT damaged");
    database.run(damage);
    bool reported = false;
    try {
      const auto opened = database.open();
      reported = !opened->check().empty();
      trees_of(*opened);
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::Corrupt);
      reported = true;
    }
    CHECK(reported);
    database.run("ROLLBACK TO damaged; RELEASE damaged");
  }
  CHECK(database.open()->check().empty());
}

TEST_CASE("decoded columns of a rolled back batch are never taken for another's", "[store]") {
  Database database;
  const auto store = database.create(batches_of(4));
  for (int round = 0; round < 5; ++round) {
    database.run("BEGIN");
    import_text(*store, numbered(round * 100, round * 100 + 10));
    CHECK(trees_of(*store) == numbered_trees(round * 100, round * 100 + 10));
    database.run("ROLLBACK");
    CHECK(trees_of(*store).empty());
  }
}
