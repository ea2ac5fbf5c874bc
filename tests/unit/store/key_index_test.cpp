#include "sql/tables/key_index.h"

#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"
#include "tests/unit/store/key_values.h"

namespace arbors::store::tests {
namespace {

class Keys {
 public:
  explicit Keys(const char* paths, const std::vector<DeclaredColumn>& declared = {})
      : columns(paths, declared),
        index(database.db(), names, KeyIndex::create_table(database.db(), names, 1, columns),
              columns) {}

  TreeKey of(const char* tree) const { return columns.key_of(tree, "t"); }
  std::vector<std::int64_t> find(const Value& key) {
    std::vector<std::int64_t> rowids;
    index.paths().find({key, key}, 100, rowids);
    return rowids;
  }

  Database database;
  Names names{"main", "t"};
  KeyColumns columns;
  KeyIndex index;
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

TEST_CASE("a row stands under its value too where its key is another", "[store][key]") {
  Keys keys("id", {{"id", "TEXT", Collation::NoCase}});
  const TreeKey five = keys.of(R"({"id":5})"), name = keys.of(R"({"id":"Ab"})");
  keys.index.add(five, 1);
  keys.index.add(name, 2);
  CHECK(keys.index.entries() == KeyIndex::entries_of(five) + KeyIndex::entries_of(name));
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
  CHECK(KeyIndex::create_table(keys.database.db(), keys.names, 1, keys.columns) == 2);
}

}  // namespace
}  // namespace arbors::store::tests
