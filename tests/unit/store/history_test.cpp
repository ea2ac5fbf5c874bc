// Generations: their times by a clock that the test sets, their tags, and how long they are kept.
#include <cstring>

#include "sql/access/clock.h"
#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kStart = 1'764'324'000'000;  // 2025-11-28T10:00:00.000Z

std::int64_t told = kStart;  // what the clock says

int current_time(sqlite3_vfs*, sqlite3_int64* time) {
  *time = told + 210'866'760'000'000;
  return SQLITE_OK;
}

// SQLite's own file system with another clock.
class Clock {
 public:
  Clock() : vfs_(*sqlite3_vfs_find(nullptr)) {
    vfs_.zName = "clock";
    vfs_.xCurrentTimeInt64 = current_time;
    sqlite3_vfs_register(&vfs_, 1);
    told = kStart;
  }
  ~Clock() { sqlite3_vfs_unregister(&vfs_); }
  Clock(const Clock&) = delete;
  void pass(std::int64_t time) { told += time; }

 private:
  sqlite3_vfs vfs_;
};

void add(Store& store, const std::string& tree) {
  write(store, [&] { store.insert(tree); });
}

std::vector<std::int64_t> generations(Store& store) {
  std::vector<std::int64_t> numbers;
  for (const GenerationInfo& info : store.history()) numbers.push_back(info.generation);
  return numbers;
}

Value at(const std::string& text) { return Value::of(text); }

}  // namespace

TEST_CASE("a generation has the time of its transaction, never before the one before it",
          "[store][history]") {
  Clock clock;
  Database database;
  const auto store = database.create();
  clock.pass(1500);
  add(*store, "1");
  clock.pass(-5000);
  add(*store, "2");
  clock.pass(10000);
  write(*store, [&] {
    store->insert("3");
    clock.pass(700);
    store->insert("4");
  });
  std::vector<std::string> times;
  for (const GenerationInfo& info : store->history()) times.push_back(time_text(info.time));
  CHECK(times == std::vector<std::string>{"2025-11-28T10:00:00.000Z", "2025-11-28T10:00:01.500Z",
                                          "2025-11-28T10:00:01.500Z", "2025-11-28T10:00:06.500Z"});
}

TEST_CASE("a time means the newest generation that is not later", "[store][history]") {
  Clock clock;
  Database database;
  const auto store = database.create();
  for (int day = 1; day <= 3; ++day) {
    clock.pass(kDay);
    add(*store, std::to_string(day));
  }
  CHECK(store->generation_of(at("2025-11-28 10:00")) == 0);
  CHECK(store->generation_of(at("2025-11-29")) == 0);
  CHECK(store->generation_of(at("2025-11-29T10:00:00.000Z")) == 1);
  CHECK(store->generation_of(at("2025-11-30 09:59:59.999")) == 1);
  CHECK(store->generation_of(at("2025-11-30 11:00+01:00")) == 2);
  CHECK(store->generation_of(at("2999-01-01")) == 3);
  CHECK(store->generation_of(at("now")) == 3);
  CHECK(store->generation_of(at("-1 day")) == 2);
  CHECK(store->generation_of(at("-36 hours")) == 1);
  CHECK(store->generation_of(Value::of(std::int64_t{1})) == 1);
  CHECK(store->generation_of(Value::of(2461010.0)) == 2);  // 2025-11-30 12:00 as a Julian day
  CHECK_THROWS_WITH(store->generation_of(at("2025-11-28")),
                    ContainsSubstring("before its first one (2025-11-28T10:00:00.000Z)"));
  CHECK_THROWS_WITH(store->generation_of(at("-4 days")), ContainsSubstring("before its first"));
  CHECK_THROWS_WITH(store->generation_of(at("yesterday")), ContainsSubstring("no tag 'yesterday'"));
  CHECK_THROWS_AS(store->generation_of(Value::null()), Error);
  CHECK_THROWS_WITH(store->generation_of(Value::of(std::int64_t{9})),
                    ContainsSubstring("no generation 9 (readable: 0 to 3)"));
}

TEST_CASE("a tag keeps its generation, and no other, until it is taken off", "[store][history]") {
  Clock clock;
  Database database;
  const auto store = database.create(batches_of(4));
  import_text(*store, "1 2 3 4 5 6 7 8");
  add(*store, "9");
  write(*store, [&] { CHECK(store->tag("first", std::nullopt) == 2); });
  for (int n = 10; n < 60; ++n) {
    clock.pass(1000);
    write(*store, [&] {
      store->insert(std::to_string(n));
      store->replace(n - 9, "0");
    });
  }
  CHECK(generations(*store) == std::vector<std::int64_t>{2, 45, 46, 47, 48, 49, 50, 51, 52});
  write(*store, [&] { CHECK(store->tag("later", Value::of(std::int64_t{50})) == 50); });
  write(*store, [&] { store->vacuum(); });
  CHECK(generations(*store) == std::vector<std::int64_t>{2, 50, 52});
  CHECK(trees_of(*store->snapshot(2)) == Trees{"1", "2", "3", "4", "5", "6", "7", "8", "9"});
  CHECK(trees_of(*store->snapshot(50)).size() == 57);
  CHECK_THROWS_WITH(store->snapshot(51), ContainsSubstring("(readable: 2, 50, 52 to 52)"));
  CHECK(store->history().front().kept == "tag");
  CHECK(store->history().front().trees == 9);
  CHECK(store->history().front().added == 1);
  CHECK(store->check() == std::vector<std::string>{});
  // The state of then is known for as long as no other followed.
  CHECK(store->generation_of(at("2025-11-28 10:00:00.500")) == 2);
  CHECK_THROWS_WITH(store->generation_of(at("2025-11-28 10:00:05")), ContainsSubstring("any more"));
  CHECK(store->generation_of(at("2025-11-28 10:00:48.900")) == 50);

  write(*store, [&] { CHECK(store->untag("first")); });
  CHECK_THROWS_AS(store->snapshot(2), Error);
  write(*store, [&] { CHECK(store->untag("later")); });
  write(*store, [&] { store->vacuum(); });
  CHECK(database.number("SELECT count(*) FROM t_segment WHERE died < 52") == 0);
  CHECK(database.number("SELECT count(*) FROM t_meta WHERE key GLOB 'kept.*'") == 0);
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("a tag that is taken, no word or of no readable generation is refused",
          "[store][history]") {
  Database database;
  const auto store = database.create();
  add(*store, "1");
  const auto tag = [&](const std::string& name, std::optional<Value> when = std::nullopt) {
    write(*store, [&] { store->tag(name, when); });
  };
  tag("a");
  CHECK_THROWS_WITH(tag("a"), ContainsSubstring("taken"));
  for (const char* word : {"", "1a", "a b", "now", "NOW", "é", "a-b"}) {
    CHECK_THROWS_WITH(tag(word), ContainsSubstring("a tag is a word"));
  }
  CHECK_THROWS_AS(tag("b", Value::of(std::int64_t{7})), Error);
  CHECK_THROWS_AS(tag("b", at("c")), Error);
  tag("b", at("a"));
  write(*store, [&] { CHECK_FALSE(store->untag("c")); });
  CHECK(store->history().back().tags == std::vector<std::string>{"a", "b"});
  CHECK(store->generation() == 1);
}

TEST_CASE("generations younger than retain_for are kept", "[store][history]") {
  Clock clock;
  Database database;
  Options options = batches_of(4);
  options.retain = 2;
  options.retain_for = "7 days";
  const auto store = database.create(options);
  for (int n = 1; n <= 20; ++n) {
    clock.pass(kDay);
    add(*store, std::to_string(n));
  }
  const auto kept = [&] {
    std::string all;
    for (const GenerationInfo& info : store->history())
      all += std::to_string(info.generation) + std::string(info.kept).substr(0, 1) + ' ';
    return all;
  };
  CHECK(kept() == "14a 15a 16a 17a 18a 19n 20n ");
  write(*store, [&] { store->vacuum(); });
  CHECK(kept() == "14a 15a 16a 17a 18a 19n 20n ");
  CHECK(trees_of(*store->snapshot(14)).size() == 14);
  clock.pass(4 * kDay);
  CHECK(kept() == "18a 19n 20n ");
  CHECK_THROWS_WITH(store->snapshot(17), ContainsSubstring("readable: 18 to 20"));
  clock.pass(9 * kDay);
  CHECK(kept() == "19n 20n ");
  CHECK(store->check() == std::vector<std::string>{});
}

TEST_CASE("a generation that only a handle holds says so", "[store][history]") {
  Database database;
  Options options;
  options.retain = 1;
  const auto store = database.create(options);
  add(*store, "1");
  auto held = store->snapshot();
  write(*store, [&] { store->replace(1, "2"); });
  write(*store, [&] { store->vacuum(); });
  REQUIRE(generations(*store) == std::vector<std::int64_t>{1, 2});
  CHECK(store->history().front().kept == "handle");
  CHECK(trees_of(*store->snapshot(1)) == Trees{"1"});
  held.reset();
  CHECK(generations(*store) == std::vector<std::int64_t>{2});
  CHECK(store->check() == std::vector<std::string>{});
}
