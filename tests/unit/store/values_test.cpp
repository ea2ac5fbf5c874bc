// Single values set in stored trees: logged, read, carried and folded without the trees.
#include <map>
#include <random>

#include "engine/json/edit/edit.h"
#include "sql/import/import.h"
#include "sql/tables/row_change.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

std::string tree_of_values(int i) {
  return R"({"i":)" + std::to_string(i) + R"(,"o":{"s":"n)" + std::to_string(i % 7) + R"(","l":[)" +
         std::to_string(i) + R"(]},"t":"text )" + std::to_string(i) + "\"}";
}

void fill_values(Store& store, int trees) {
  std::string lines;
  for (int i = 0; i < trees; ++i) lines += tree_of_values(i) + '\n';
  import_text(store, lines);
}

bool set(Store& store, std::int64_t rowid, std::string_view path, std::string json) {
  const Path parsed = parse_path(path);
  return store.set(rowid, std::vector<PathJson>{{&parsed, std::move(json)}});
}

std::string set_in(const std::string& tree, std::string_view path, const std::string& json) {
  return json::with_value(tree, parse_path(path).steps, json);
}

const std::string kPending = "SELECT max(length(tree)) FROM t_pending WHERE op = 6";

}  // namespace

TEST_CASE("a value that is set is logged alone and read in its tree", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_values(*store, 40);
  const auto before = store->snapshot();
  write(*store, [&] {
    CHECK(set(*store, 3, "i", "-5"));
    CHECK(set(*store, 3, "o.s", R"("new")"));
    CHECK(set(*store, 20, "i", "null"));
  });
  CHECK(database.number(kPending) < 10);
  const std::string third = set_in(set_in(tree_of_values(2), "i", "-5"), "o.s", R"("new")");
  CHECK(store->tree(3) == third);
  CHECK(trees_of(*store)[2] == third);
  CHECK(trees_of(*store)[19] == set_in(tree_of_values(19), "i", "null"));
  CHECK(trees_of(*before)[2] == tree_of_values(2));
  CHECK(store->history().back().added == 3);
  CHECK(store->history().back().removed == 3);
  CHECK(store->history().back().trees == 40);
  CHECK(store->check().empty());
}

TEST_CASE("what is no plain change of a value is refused", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_values(*store, 20);
  write(*store, [&] {
    CHECK_FALSE(set(*store, 3, "o", "1"));
    CHECK_FALSE(set(*store, 3, "i", "{}"));
    CHECK_FALSE(set(*store, 3, "new", "1"));
    CHECK_FALSE(set(*store, 3, "o.new", "1"));
    CHECK_FALSE(set(*store, 3, "o.l", "1"));
    CHECK_FALSE(set(*store, 99, "i", "1"));
    CHECK_THROWS_AS(set(*store, 3, "i", "1,"), Error);
    store->insert(R"({"other":1})");
    CHECK_FALSE(set(*store, 21, "i", "1"));
    CHECK_FALSE(set(*store, 21, "other", "2"));  // the path is not in the tables yet
  });
  CHECK(trees_of(*store)[2] == tree_of_values(2));
}

TEST_CASE("values are set in pending trees as well", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_values(*store, 20);
  write(*store, [&] {
    store->insert(tree_of_values(20));
    store->replace(5, R"({"i":1,"o":{}})");
  });
  write(*store, [&] {
    CHECK(set(*store, 21, "i", "7"));
    CHECK(set(*store, 5, "i", "8"));
    CHECK_FALSE(set(*store, 5, "o", "8"));
  });
  CHECK(trees_of(*store)[20] == set_in(tree_of_values(20), "i", "7"));
  CHECK(trees_of(*store)[4] == R"({"i":8,"o":{}})");
  const auto again = database.open();
  CHECK(trees_of(*again) == trees_of(*store));
}

TEST_CASE("folding values leaves the other columns' chunks as they are", "[store]") {
  Database database;
  const auto store = database.create(batches_of(64));
  fill_values(*store, 64);
  Trees expected = trees_of(*store);
  const auto old = store->snapshot();
  write(*store, [&] {
    for (int row = 0; row < 63; ++row) {
      CHECK(set(*store, row + 1, "i", std::to_string(1000 + row)));
      expected[static_cast<std::size_t>(row)] =
          set_in(expected[static_cast<std::size_t>(row)], "i", std::to_string(1000 + row));
    }
    store->erase(64);
    expected.pop_back();
  });
  CHECK(store->totals().batches == 1);
  const auto decoded = [&] { return database.connection()->counters.pools_decoded.load(); };
  const auto start = decoded();
  write(*store, [&] { store->fold_pending(); });
  CHECK(decoded() - start <= 1);  // of the column alone, and that may be cached
  CHECK(database.number("SELECT count(*) FROM t_pending WHERE op IN (4, 6) AND "
                        "seq > (SELECT max(seq) FROM t_pending WHERE op = 0)") == 0);
  CHECK(trees_of(*store) == expected);
  CHECK(store->check().empty());
  CHECK(trees_of(*old).size() == 64);
  write(*store, [&] { store->optimize(); });
  CHECK(trees_of(*store) == expected);
}

TEST_CASE("folding trees leaves the columns that do not differ as they are", "[store]") {
  Database database;
  const auto store = database.create(batches_of(64));
  fill_values(*store, 64);
  Trees expected = trees_of(*store);
  const auto old = store->snapshot();  // keeps its chunks
  const auto replace = [&](int row, const std::string& tree) {
    CHECK(store->replace(row + 1, tree));
    expected[static_cast<std::size_t>(row)] = tree;
  };
  write(*store, [&] {
    for (int row = 0; row < 48; row += 2) {
      const std::string tree = tree_of_values(row);
      replace(row, tree.substr(0, tree.size() - 1) + R"(,"new":)" + std::to_string(row) + "}");
      replace(row + 1, set_in(tree_of_values(row + 1), "o.l", "[1,2]"));
    }
    store->erase(64);
    expected.pop_back();
  });
  write(*store, [&] { store->optimize(); });
  CHECK(store->snapshot()->segments()[0].rows == 64);  // a tree that is gone keeps its row
  CHECK(database.number("SELECT count(DISTINCT data) FROM t_chunk WHERE key >> 32 = 1") == 1);
  CHECK(database.number("SELECT count(DISTINCT data) FROM t_chunk WHERE key >> 32 = 0") == 2);
  CHECK(trees_of(*store) == expected);
  CHECK(trees_of(*database.open()) == expected);
  CHECK(store->check().empty());
}

TEST_CASE("folds of random trees hold what was written", "[store]") {
  std::mt19937 random(random_seed());
  for (unsigned round = 0; round < 12; ++round) {
    Database database;
    const auto store = database.create(batches_of(16));
    std::map<std::int64_t, std::string> expected;
    std::string lines;
    for (std::int64_t row = 1; row <= 40; ++row)
      lines += (expected[row] = batch::random_document(random)) + '\n';
    import_text(*store, lines);
    for (unsigned fold = 0; fold < 5; ++fold) {
      write(*store, [&] {
        for (std::int64_t row = 1; row <= 40; ++row) {
          if (!expected.contains(row) || random() % 3 != 0) continue;
          if (random() % 12 == 0) {
            store->erase(row);
            expected.erase(row);
            continue;
          }
          std::string tree = batch::random_document(random);
          if (random() % 2 == 0 && expected[row].ends_with('}') && expected[row] != "{}")
            tree = expected[row].substr(0, expected[row].size() - 1) + ",\"n" +
                   std::to_string(random()) + "\":[" + std::to_string(row) + "]}";
          CHECK(store->replace(row, tree));
          expected[row] = tree;
        }
        store->optimize();
      });
      Trees trees;
      for (const auto& [row, tree] : expected) trees.push_back(tree);
      REQUIRE(trees_of(*store) == trees);
      REQUIRE(trees_of(*database.open()) == trees);
      REQUIRE(store->check().empty());
    }
  }
}

TEST_CASE("what a fold leaves over segments is carried in few records", "[store]") {
  const File file;
  Trees expected;
  {
    Database database(file.path());
    const auto store = database.create(batches_of(32));
    fill_values(*store, 96);
    expected = trees_of(*store);
    write(*store, [&] {
      for (const int row : {1, 40, 41, 70}) {
        CHECK(set(*store, row + 1, "o.s", "\"v\""));
        expected[static_cast<std::size_t>(row)] =
            set_in(expected[static_cast<std::size_t>(row)], "o.s", "\"v\"");
      }
      store->replace(91, "[1]");
      expected[90] = "[1]";
      store->fold_pending();
      CHECK(set(*store, 2, "i", "6"));
      expected[1] = set_in(expected[1], "i", "6");
      store->erase(71);
      expected.erase(expected.begin() + 70);
    });
    CHECK(database.number("SELECT count(*) FROM t_pending WHERE op = 4") <= 1);
    CHECK(trees_of(*store) == expected);
  }
  Database database(file.path());
  const auto store = database.open();
  CHECK(trees_of(*store) == expected);
  CHECK(store->check().empty());
}

TEST_CASE("changes after a fold are logged in their order, over what it carried as it was then",
          "[store]") {
  const File file;
  const std::string last = R"({"o":1})";
  {
    Database database(file.path());
    const auto store = database.create(batches_of(32));
    fill_values(*store, 96);
    write(*store, [&] {
      CHECK(set(*store, 2, "i", "-1"));
      CHECK(set(*store, 3, "i", "-2"));
      store->replace(4, R"({"o":{"s":1}})");
      store->fold_pending();
      for (const int row : {2, 4}) {
        CHECK(set(*store, row, "o.s", "2"));  // which the next tree has no place for
        store->replace(row, last);
      }
      store->erase(3);
    });
    CHECK(database.number("SELECT count(*) FROM t_pending WHERE op = 4") == 1);
  }
  Database database(file.path());
  const auto store = database.open();
  CHECK(store->tree(2) == last);
  CHECK(store->tree(4) == last);
  CHECK(store->trees() == 95);
  CHECK(store->check().empty());
}

TEST_CASE("a tree replaced by one with other scalars is logged by these", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_values(*store, 20);
  write(*store, [&] {
    CHECK(store->replace(4, set_in(set_in(tree_of_values(3), "i", "9"), "t", "\"x\"")));
    CHECK(store->replace(5, tree_of_values(4)));
    CHECK(store->replace(6, R"({"i":1})"));
  });
  CHECK(database.number("SELECT count(*) FROM t_pending WHERE op = 6") == 2);
  CHECK(database.number("SELECT count(*) FROM t_pending WHERE op = 3") == 1);
  CHECK(trees_of(*store)[3] == set_in(set_in(tree_of_values(3), "i", "9"), "t", "\"x\""));
  CHECK(trees_of(*store)[4] == tree_of_values(4));
  CHECK(store->history().back().added == 3);
  CHECK(trees_of(*database.open()) == trees_of(*store));
}

TEST_CASE("indexes follow values that are set", "[store]") {
  Database database;
  const auto store = database.create(batches_of(16));
  fill_values(*store, 20);
  const Path path = parse_path("o.s"), above = parse_path("o");
  write(*store, [&] { store->create_index(path); });
  write(*store, [&] {
    CHECK(set(*store, 3, "o.s", R"("x")"));
    CHECK(set(*store, 3, "i", "4"));
    CHECK(set(*store, 3, "o.s", R"("y")"));
  });
  CHECK(store->check().empty());
  write(*store, [&] { store->create_index(above); });
  write(*store, [&] {
    CHECK_FALSE(set(*store, 4, "o.s", R"("z")"));
    CHECK(set(*store, 4, "i", "5"));
  });
  CHECK(store->check().empty());
}

TEST_CASE("rows of the log are read back; other bytes are damage", "[store]") {
  std::mt19937 random(random_seed());
  std::vector<ReplacedRow> rows;
  for (unsigned i = 0; i < 50; ++i) {
    ReplacedRow& row = rows.emplace_back();
    row.rowid = static_cast<std::int64_t>((std::uint64_t{random()} << 32) | random());
    if (random() % 2 == 0) row.tree = "[" + std::to_string(random()) + "]";
    for (unsigned k = 0; row.tree.empty() && k <= random() % 3; ++k)
      row.values.push_back({static_cast<PathId>(k + random() % 9), std::to_string(random())});
  }
  const Bytes bytes = to_bytes(rows);
  const auto same = [](const ReplacedRow& a, const ReplacedRow& b) {
    return a.rowid == b.rowid && a.tree == b.tree &&
           std::ranges::equal(a.values, b.values, [](const SetValue& x, const SetValue& y) {
             return x.path == y.path && x.json == y.json;
           });
  };
  CHECK(std::ranges::equal(read_rows(bytes), rows, same));
  for (unsigned i = 0; i < 2'000; ++i) {
    Bytes hostile(bytes.begin(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(random() % bytes.size()));
    for (unsigned k = 0; k < 3 && !hostile.empty(); ++k)
      hostile[random() % hostile.size()] = static_cast<std::uint8_t>(random());
    try {
      read_rows(hostile);
      read_values(hostile);
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::Corrupt);
    }
  }
}
