#include "sql/tables/path_index.h"

#include "engine/base/error.h"
#include "engine/batch/build/batch_builder.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"
#include "tests/unit/store/key_values.h"

namespace arbors::store::tests {
namespace {

using Rowids = std::vector<std::int64_t>;

constexpr std::size_t kAny = 1000;

Rowids find(Store& store, const char* path, const Value& low, const Value& high) {
  store.snapshot();
  const std::vector<KeyRange> ranges{{low, high}};
  return store.find_by_index(parse_path(path), ranges, kAny).value();
}
Rowids find(Store& store, const char* path, const Value& key) {
  return find(store, path, key, key);
}

EncodedBatch batch_of(Store& store, const Trees& trees) {
  const std::vector<std::string_view> documents(trees.begin(), trees.end());
  return encode_batch(batch::build_batch(documents, store.writable_paths()));
}

void create_index(Store& store, const char* path) {
  write(store, [&] { store.create_index(parse_path(path)); });
}

class Indexed {
 public:
  explicit Indexed(const std::string& file = ":memory:") : database(file) {
    store = database.create(batches_of(4));
    write(*store, [&] {
      for (const char* tree : {R"({"k":1})", R"({"k":2})", R"({"k":"b"})", R"({"k":2})", "{}"})
        store->insert(tree);
    });
    create_index(*store, "k");
  }

  Database database;
  std::unique_ptr<Store> store;
};

TEST_CASE("an index finds rows by their values, whatever is pending", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  CHECK(find(store, "k", number(2)) == Rowids{2, 4});
  CHECK(find(store, "k", text("b")) == Rowids{3});
  CHECK(find(store, "k", number(7)).empty());
  CHECK(find(store, "k", number(1), text("z")) == Rowids{1, 2, 3, 4});
  CHECK(store.check().empty());
}

TEST_CASE("every write keeps an index up to date", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  write(store, [&] {
    store.erase(2);
    store.replace(1, R"({"k":9})");
    store.replace(4, R"({"k":9})", 40);
    store.insert(R"({"k":9})", 50);
  });
  CHECK(find(store, "k", number(9)) == Rowids{1, 40, 50});
  CHECK(find(store, "k", number(2)).empty());
  write(store, [&] { store.append(batch_of(store, {R"({"k":9})", R"({"k":true})"})); });
  CHECK(find(store, "k", number(9)) == Rowids{1, 40, 50, 51});
  CHECK(find(store, "k", number(1)) == Rowids{52});
  write(store, [&] { store.insert_at(1, batch_of(store, {R"({"k":[1, 2]})"})); });
  CHECK(find(store, "k", text("[1,2]")) == Rowids{53});
  write(store, [&] { store.optimize(); });
  CHECK(find(store, "k", number(9)) == Rowids{1, 40, 50, 51});
  CHECK(store.check().empty());
  write(store, [&] {
    store.clear();
    store.append(batch_of(store, {R"({"k":3})"}));
  });
  CHECK(find(store, "k", number(0), text("z")) == Rowids{54});
  CHECK(store.check().empty());
}

TEST_CASE("a row that keeps its value leaves the index's pages alone", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  const auto rows_written = [&](const char* tree) {
    const int before = sqlite3_total_changes(indexed.database.db());
    write(store, [&] { store.replace(2, tree); });
    return sqlite3_total_changes(indexed.database.db()) - before;
  };
  const int kept = rows_written(R"({"k":2,"x":1})");
  CHECK(rows_written(R"({"k":3})") == kept + 2);    // one entry goes, one comes
  CHECK(rows_written(R"({"k":"3"})") == kept + 1);  // it stands under 3 already
  CHECK(rows_written(R"({"k":"3","x":2})") == kept);
  CHECK(find(store, "k", number(3)) == Rowids{2});
  CHECK(store.check().empty());
}

TEST_CASE("a text that reads as a number is found by the number too", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  write(store, [&] { store.insert(R"({"k":" 2.0"})"); });
  CHECK(find(store, "k", number(2)) == Rowids{2, 4, 6});
  CHECK(find(store, "k", text(" 2.0")) == Rowids{6});
  write(store, [&] { store.replace(6, R"({"k":"two"})"); });
  CHECK(find(store, "k", number(2)) == Rowids{2, 4});
  CHECK(store.check().empty());
}

TEST_CASE("an index on elements finds rows by each of them, whatever is written",
          "[store][index]") {
  Database database;
  const auto store_owned = database.create(batches_of(2));
  Store& store = *store_owned;
  write(store, [&] {
    for (const char* tree : {R"({"l":["a","b","a"]})", R"({"l":[1,"1",null,[2]]})", R"({"l":"a"})",
                             R"({"l":{"k":"a"}})", R"({"l":null})", "{}", R"({"l":[1.0,true]})"})
      store.insert(tree);
  });
  create_index(store, "l[*]");
  const Value other = plan::no_array_key();
  CHECK(find(store, "l[*]", text("a")) == Rowids{1});
  CHECK(find(store, "l[*]", number(1)) == Rowids{2, 7});
  CHECK(find(store, "l[*]", text("[2]")) == Rowids{2});
  CHECK(find(store, "l[*]", other) == Rowids{3, 4});
  write(store, [&] {
    store.replace(1, R"({"l":["b"]})");
    store.replace(2, R"({"l":["1"]})");
    store.replace(5, R"({"l":7})");
    store.erase(7);
    store.append(batch_of(store, {R"({"l":["b","c"]})", R"({"l":"c"})"}));
  });
  CHECK(find(store, "l[*]", text("a")).empty());
  CHECK(find(store, "l[*]", text("b")) == Rowids{1, 8});
  CHECK(find(store, "l[*]", number(1)) == Rowids{2});  // the text reads as one
  CHECK(find(store, "l[*]", other) == Rowids{3, 4, 5, 9});
  CHECK(store.check().empty());
  write(store, [&] { store.optimize(); });
  CHECK(find(store, "l[*]", text("c")) == Rowids{8});
  CHECK(store.check().empty());
  database.run("DELETE FROM t_index1 WHERE key = x''");
  CHECK(store.check() == std::vector<std::string>{"the index of 't' on 'l[*]' lacks 4 entries"});
}

TEST_CASE("setting a value leaves an index on elements below it right", "[store][index]") {
  Database database;
  const auto store_owned = database.create(batches_of(2));
  Store& store = *store_owned;
  write(store, [&] {
    store.append(batch_of(store, {R"({"l":null,"x":1})", R"({"l":"a","x":2})"}));
  });
  create_index(store, "l[*]");
  const Path at = parse_path("l");
  write(store, [&] { CHECK_FALSE(store.set(1, std::vector<PathJson>{{&at, "5"}})); });
  write(store, [&] { store.replace(1, R"({"l":5,"x":1})"); });
  CHECK(find(store, "l[*]", plan::no_array_key()) == Rowids{1, 2});
  CHECK(store.check().empty());
}

TEST_CASE("a restore brings the order of keys back to an index as well", "[store][index]") {
  Database database;
  const auto store_owned = database.create(batches_of(2));
  Store& store = *store_owned;
  write(store, [&] { store.insert(R"({"k":{"a":1,"b":2},"l":[{"a":1,"b":2}]})"); });
  create_index(store, "k");
  create_index(store, "l[*]");
  const std::int64_t before = store.generation();
  write(store, [&] { store.replace(1, R"({"k":{"b":2,"a":1},"l":[{"b":2,"a":1}]})"); });
  write(store, [&] { CHECK(store.restore(before) == 0); });  // no value differs
  for (const char* path : {"k", "l[*]"}) {
    CHECK(find(store, path, text(R"({"a":1,"b":2})")) == Rowids{1});
    CHECK(find(store, path, text(R"({"b":2,"a":1})")).empty());
  }
  CHECK(store.check().empty());
}

TEST_CASE("an index is walked in its order, whole keys at a time", "[store][index]") {
  using Order = plan::IndexSearch::Order;
  Indexed indexed;
  Store& store = *indexed.store;
  const auto walk = [&](Order order, std::vector<KeyRange> ranges, std::size_t wanted) {
    std::vector<Rowids> runs;
    std::optional<Value> last;
    while (true) {
      const auto run = store.walk_index({parse_path("k"), ranges, order, false},
                                        last ? &*last : nullptr, wanted, kAny);
      if (run->rowids.empty()) return runs;
      runs.push_back(run->rowids);
      CHECK(compare(run->keys.low, run->keys.high) <= 0);
      last = order == Order::Ascending ? run->keys.high : run->keys.low;
    }
  };
  write(store, [&] { store.insert(R"({"k":"2"})"); });  // 1 under 1; 2, 4, 6 under 2; 6; 3
  const KeyRange all{number(-9), Value::blob({})};
  CHECK(walk(Order::Ascending, {all}, 1) == std::vector<Rowids>{{1}, {2, 4, 6}, {6}, {3}});
  CHECK(walk(Order::Descending, {all}, 2) == std::vector<Rowids>{{3, 6}, {6, 4, 2}, {1}});
  CHECK(walk(Order::Ascending, {all}, 9) == std::vector<Rowids>{{1, 2, 4, 6, 6, 3}});
  const std::vector<KeyRange> two{{number(1), number(1)}, {number(3), text("a")}};
  CHECK(walk(Order::Ascending, two, 2) == std::vector<Rowids>{{1, 6}});
  CHECK(walk(Order::Descending, two, 1) == std::vector<Rowids>{{6}, {1}});
  CHECK(walk(Order::Ascending, {}, 1).empty());
  CHECK_FALSE(store.walk_index({parse_path("k"), {all}, Order::Ascending, false}, nullptr, 2, 3));
  CHECK_FALSE(store.walk_index({parse_path("x"), {all}, Order::Ascending, false}, nullptr, 1, 9));
}

TEST_CASE("an index is rolled back with what it follows", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  indexed.database.run("BEGIN");
  store.begin();
  store.insert(R"({"k":5})");
  store.savepoint(0);
  indexed.database.run("SAVEPOINT a");
  store.insert(R"({"k":5})");
  store.erase(2);
  CHECK(find(store, "k", number(5)) == Rowids{6, 7});
  indexed.database.run("ROLLBACK TO a");
  store.rollback_to(0);
  CHECK(find(store, "k", number(5)) == Rowids{6});
  CHECK(find(store, "k", number(2)) == Rowids{2, 4});
  store.drop_index(parse_path("k"));
  store.create_index(parse_path("other"));
  CHECK_FALSE(store.has_index(parse_path("k")));
  indexed.database.run("ROLLBACK");
  store.rollback();
  CHECK(store.has_index(parse_path("k")));
  CHECK_FALSE(store.has_index(parse_path("other")));
  CHECK(find(store, "k", number(5)).empty());
  CHECK(store.check().empty());
}

TEST_CASE("an index outlives its connection, and others notice it", "[store][index]") {
  const File file;
  Indexed indexed(file.path());
  Database other(file.path());
  const auto theirs = other.open();
  CHECK(find(*theirs, "k", number(2)) == Rowids{2, 4});
  create_index(*indexed.store, "late");
  CHECK(theirs->has_index(parse_path("late")));
  write(*theirs, [&] { theirs->insert(R"({"k":2,"late":1})"); });
  CHECK(find(*indexed.store, "k", number(2)) == Rowids{2, 4, 6});
  CHECK(find(*indexed.store, "late", number(1)) == Rowids{6});
  {
    WriteScope scope(*theirs, Savepoint::Drops::Tables);
    CHECK(theirs->drop_index(parse_path("k")));
    scope.done();
  }
  CHECK(other.number("SELECT count(*) FROM sqlite_schema WHERE name = 't_index1'") == 0);
  CHECK_FALSE(indexed.store->has_index(parse_path("k")));
  CHECK(indexed.store->check().empty());
}

TEST_CASE("an index is renamed and destroyed with its Arbor", "[store][index]") {
  Indexed indexed;
  indexed.store->rename("s");
  CHECK(find(*indexed.store, "k", number(2)) == Rowids{2, 4});
  write(*indexed.store, [&] { indexed.store->insert(R"({"k":2})"); });
  CHECK(find(*indexed.store, "k", number(2)) == Rowids{2, 4, 6});
  indexed.store->destroy();
  CHECK(indexed.database.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table'") == 0);
}

TEST_CASE("indexes that cannot be are refused", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  const auto [path, reason] = GENERATE(table<std::string, std::string>({
      {"k", "'t' has an index on 'k' already"},
      {"a[0]", "takes a path of keys, and of [*] for all elements"},
      {"a[*][1].b", "takes a path of keys, and of [*] for all elements"},
  }));
  WriteScope scope(store);
  CHECK_THROWS_WITH(store.create_index(parse_path(path)), ContainsSubstring(reason));
}

TEST_CASE("a search that finds too much gives up", "[store][index]") {
  Indexed indexed;
  Store& store = *indexed.store;
  const std::vector<KeyRange> all{{number(0), text("z")}};
  store.snapshot();
  CHECK_FALSE(store.find_by_index(parse_path("k"), all, 3));
  CHECK(store.find_by_index(parse_path("k"), all, 4));
  CHECK_FALSE(store.find_by_index(parse_path("none"), all, 4));
}

TEST_CASE("a check compares an index with the trees", "[store][index]") {
  const auto [damage, fault] = GENERATE(table<std::string, std::string>({
      {"DELETE FROM t_index1 WHERE rowid = 3", "the index of 't' on 'k' lacks 1 entries"},
      {"INSERT INTO t_index1 VALUES (8, 3)", "the index of 't' on 'k' has 1 entries too many"},
  }));
  Indexed indexed;
  indexed.database.run(damage);
  CHECK(indexed.store->check() == std::vector<std::string>{fault});
}

}  // namespace
}  // namespace arbors::store::tests
