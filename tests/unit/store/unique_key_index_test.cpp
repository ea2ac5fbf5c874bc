#include "sql/tables/unique_key_index.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"
#include "tests/unit/store/database.h"
#include "tests/unit/store/key_values.h"

namespace arbors::store::tests {
namespace {

class Keys {
 public:
  explicit Keys(const char* paths, const std::vector<DeclaredColumn>& declared = {})
      : columns(paths, declared),
        index(database.db(), names, UniqueKeyIndex::create_table(database.db(), names, 1, columns),
              columns) {}

  TreeKey of(const char* tree) const { return columns.key_of(tree, "t"); }
  std::vector<std::int64_t> find(const Value& key) {
    std::vector<std::int64_t> rowids;
    index.settle();
    index.paths().find({key, key}, 100, rowids);
    return rowids;
  }

  Database database;
  Names names{"main", "t"};
  KeyColumns columns;
  UniqueKeyIndex index;
};

using Rowids = std::vector<std::int64_t>;

TEST_CASE("a key's index finds the row that has a key", "[store][key]") {
  Keys keys("(id, o.k)");
  keys.index.add(keys.of(R"({"id":1,"o":{"k":"a"}})"), 7);
  keys.index.add(keys.of(R"({"id":1,"o":{"k":"b"}})"), 8);
  CHECK(keys.index.holder(keys.of(R"({"id":1.0,"o":{"k":"b"}})"))->rowid == 8);
  CHECK_FALSE(keys.index.holder(keys.of(R"({"id":2,"o":{"k":"b"}})")));
  CHECK(keys.find(number(1)) == Rowids{7, 8});
  keys.index.remove(keys.of(R"({"id":1,"o":{"k":"b"}})"), 8);
  CHECK(keys.find(number(1)) == Rowids{7});
  CHECK(keys.index.entries() == 1);
}

TEST_CASE("keys that are asked for in ascending order are found as others are", "[store][key]") {
  std::mt19937 random(random_seed());
  for (unsigned round = 0; round < 20; ++round) {
    Keys keys("id", round % 2 == 0 ? std::vector<DeclaredColumn>()
                                   : std::vector<DeclaredColumn>{{"id", "INTEGER", {}}});
    const auto key = [&](std::int64_t number) {
      const std::string text = std::to_string(number);
      return keys.of(("{\"id\":" +
                      (number % 7 == 3    ? text + ".5"
                       : number % 11 == 4 ? '"' + text + '"'
                       : number % 13 == 5 ? text + "00000000000000000000"
                       : random() % 4 > 0 ? text
                                          : text + ".0") +
                      "}")
                         .c_str());
    };
    std::map<std::int64_t, std::int64_t> rows;
    std::int64_t next_row = 1, found = 0;
    for (unsigned run = 0; run < 30; ++run) {
      std::int64_t at = random() % 3 == 0 ? 0 : static_cast<std::int64_t>(random() % 600);
      for (unsigned steps = 20 + random() % 200; steps > 0; --steps, at += 1 + random() % 3) {
        const auto holder = keys.index.holder(key(at));
        const auto known = rows.find(at);
        REQUIRE(holder.has_value() == (known != rows.end()));
        if (holder) {
          ++found;
          REQUIRE(holder->rowid == known->second);
          REQUIRE(is_same(holder->key, key(at)));
          REQUIRE(compare(holder->key.first, key(at).first) == 0);
        }
        const bool few = random() % 8 == 0;
        if (!holder && (few || run % 2 == 0)) {
          keys.index.add(key(at), rows[at] = next_row++);
        } else if (holder && few) {
          keys.index.remove(key(at), known->second);
          rows.erase(known);
        }
      }
      if (random() % 10 == 0) {
        keys.index.clear();
        rows.clear();
      }
    }
    CHECK(found > 50);
  }
}

TEST_CASE("entries wait for others, and are there for whoever asks", "[store][key]") {
  Keys keys("id");
  const auto key = [&](int number) {
    return keys.of(("{\"id\":" + std::to_string(number) + "}").c_str());
  };
  const auto stored = [&] { return keys.index.paths().entries(); };
  for (int number = 0; number < 500; ++number) {
    CHECK_FALSE(keys.index.holder(key(number)));
    keys.index.add(key(number), number);
  }
  CHECK(keys.index.waits());
  CHECK(stored() < 500);
  SECTION("settled") {
    keys.index.settle();
    CHECK(stored() == 500);
    CHECK_FALSE(keys.index.waits());
  }
  SECTION("looked up") {
    for (int number = 499; number >= 0; --number)
      REQUIRE(keys.index.holder(key(number))->rowid == number);
  }
  SECTION("asked for") {
    CHECK(keys.index.holds(key(499), 499));
    CHECK(keys.index.entries() == 500);
  }
  SECTION("removed") {
    keys.index.remove(key(498), 498);
    CHECK_FALSE(keys.index.holder(key(498)));
    CHECK(keys.index.entries() == 499);
  }
  SECTION("found twice") {
    keys.index.add(key(499), 1000);
    CHECK(keys.index.duplicates(5).size() == 1);
  }
  SECTION("forgotten") {
    keys.index.forget();
    CHECK(keys.index.entries() < 500);
  }
  SECTION("written one by one where a statement may have few parameters") {
    Keys others("id");
    sqlite3_limit(others.database.db(), SQLITE_LIMIT_VARIABLE_NUMBER, 10);
    sqlite3_limit(others.database.db(), SQLITE_LIMIT_COMPOUND_SELECT, 3);
    for (int number = 0; number < 100; ++number) others.index.add(key(number), number);
    CHECK(others.index.entries() == 100);
  }
  SECTION("kept where they cannot be written") {
    keys.database.run("PRAGMA query_only = 1");
    CHECK_THROWS_AS(keys.index.settle(), SqliteError);
    keys.database.run("PRAGMA query_only = 0");
    CHECK(keys.index.entries() == 500);
  }
}

TEST_CASE("a transaction does not believe what one before it has read ahead", "[store][key]") {
  Keys keys("id");
  const auto key = [&](int number) {
    return keys.of(("{\"id\":" + std::to_string(number) + "}").c_str());
  };
  for (int number = 0; number < 100; ++number) keys.index.add(key(number), number);
  for (int number = 0; number < 50; ++number) CHECK(keys.index.holder(key(number)));
  keys.database.run("DELETE FROM t_index1 WHERE key = 60");
  keys.database.run("INSERT INTO t_index1(key, rowid) VALUES (200, 7)");
  keys.index.forget();
  CHECK_FALSE(keys.index.holder(key(60)));
  CHECK(keys.index.holder(key(200))->rowid == 7);
}

TEST_CASE("a row stands under its value too where its key is another", "[store][key]") {
  Keys keys("id", {{"id", "TEXT", Collation::NoCase}});
  const TreeKey five = keys.of(R"({"id":5})"), name = keys.of(R"({"id":"Ab"})");
  keys.index.add(five, 1);
  keys.index.add(name, 2);
  CHECK(keys.index.entries() ==
        UniqueKeyIndex::entries_of(five) + UniqueKeyIndex::entries_of(name));
  CHECK(keys.find(number(5)) == Rowids{1});
  CHECK(keys.find(text("5")) == Rowids{1});
  CHECK(keys.find(text("Ab")) == Rowids{2});
  CHECK(keys.index.holder(keys.of(R"({"id":"aB"})"))->key.first.text == "Ab");
  CHECK(keys.index.holds(name, 2));
  CHECK_FALSE(keys.index.holds(keys.of(R"({"id":"ab"})"), 2));
  keys.index.remove(five, 1);
  keys.index.remove(name, 2);
  CHECK(keys.index.entries() == 0);
}

// The keys of some trees, with rowids from one on.
KeyRun run_of(const Keys& keys, const std::vector<std::string>& trees, std::int64_t first) {
  std::vector<std::string_view> documents(trees.begin(), trees.end());
  auto paths = std::make_shared<PathDictionary>();
  auto built = std::make_shared<batch::BuiltBatch>(batch::build_batch(documents, *paths));
  batch::MemoryBatch batch(built, paths);
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> rowids;
  for (std::uint32_t row = 0; row < trees.size(); ++row) {
    rows.push_back(row);
    rowids.push_back(row);
  }
  KeyRun run(batch, keys.columns, rows, rowids, "t");
  run.move_rowids(first);
  return run;
}

TEST_CASE("keys of whole batches are told apart from all that are there", "[store][key]") {
  std::mt19937 random(random_seed());
  for (const bool few_parameters : {false, true}) {
    for (const std::size_t most : {std::size_t{0}, std::size_t{20000}, std::size_t{1} << 30}) {
      const std::vector<DeclaredColumn> declared{{"id", "TEXT", Collation::NoCase}};
      Keys keys(random() % 2 == 0 ? "id" : "id, n",
                random() % 2 == 0 ? std::vector<DeclaredColumn>() : declared);
      if (few_parameters) sqlite3_limit(keys.database.db(), SQLITE_LIMIT_VARIABLE_NUMBER, 10);
      const auto tree = [&](std::uint64_t number) {
        const std::string text = std::to_string(number);
        return "{\"id\":" +
               (number % 3 == 0   ? "\"Name " + text + '"'
                : number % 3 == 1 ? text + ".0"
                                  : text) +
               ",\"n\":0}";
      };
      std::set<std::uint64_t> there;
      std::int64_t next_row = 1;
      for (unsigned round = 0; round < 60; ++round) {
        std::set<std::uint64_t> some;
        const std::uint64_t begin = random() % 3 == 0 ? random() % 3000 : 3000 * (round + 1);
        for (unsigned left = 1 + random() % 90; left > 0; --left)
          some.insert(begin + random() % 900);
        std::vector<std::string> trees;
        for (const std::uint64_t number : some) trees.push_back(tree(number));
        std::ranges::shuffle(trees, random);
        const bool twice = random() % 6 == 0;
        if (twice) trees.push_back(trees.front());
        KeyRun run = run_of(keys, trees, next_row);
        const bool clash = twice || std::ranges::any_of(some, [&](std::uint64_t number) {
                             return there.contains(number);
                           });
        REQUIRE(keys.index.holds_any(run, true) == clash);
        if (!clash) {
          keys.index.add(std::move(run), most);
          there.merge(some);
          next_row += static_cast<std::int64_t>(trees.size());
        }
        const std::uint64_t one = random() % 4000;
        const TreeKey key = keys.of(tree(one).c_str());
        REQUIRE(keys.index.holder(key).has_value() == there.contains(one));
        if (there.insert(one).second) keys.index.add(key, next_row++);
        if (random() % 10 > 0) continue;
        keys.index.settle();
        keys.index.forget();  // another transaction
      }
      CHECK(keys.index.duplicates(5).empty());
      keys.index.settle();
      std::int64_t rows = 0;
      for (const std::uint64_t number : there)
        rows += keys.index.holder(keys.of(tree(number).c_str())).has_value() ? 1 : 0;
      CHECK(static_cast<std::size_t>(rows) == there.size());
    }
  }
}

TEST_CASE("duplicates are found, and a table that is there is left alone", "[store][key]") {
  Keys keys("id");
  keys.index.add(keys.of(R"({"id":"x"})"), 3);
  keys.index.add(keys.of(R"({"id":"y"})"), 4);
  keys.index.add(keys.of(R"({"id":"y"})"), 9);
  const auto found = keys.index.duplicates(5);
  REQUIRE(found.size() == 1);
  CHECK(found.front().values.front().text == "y");
  CHECK(found.front().first == 4);
  CHECK(found.front().last == 9);
  CHECK(UniqueKeyIndex::create_table(keys.database.db(), keys.names, 1, keys.columns) == 2);
}

}  // namespace
}  // namespace arbors::store::tests
