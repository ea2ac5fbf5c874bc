// What keeps an Arbor from harm: defensive mode, marks of functions, read-only files, newer
// formats.
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/host.h"

extern "C" int sqlite3_arbors_init(sqlite3* db, char** message, const sqlite3_api_routines* api);

namespace {

constexpr const char* kFill =
    "CREATE VIRTUAL TABLE t USING arbor(batch_trees=4);"
    "SELECT arbor_append('t', '[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4},{\"a\":5}]');"
    "INSERT INTO t(a) VALUES (6)";

class Connection {
 public:
  explicit Connection(const std::string& file = ":memory:",
                      int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    REQUIRE(sqlite3_open_v2(file.c_str(), &db_, flags, nullptr) == SQLITE_OK);
    load();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { CHECK(sqlite3_close(db_) == SQLITE_OK); }

  // Runs statements; returns the first column of the last row. code() and message() tell of errors.
  std::string run(const std::string& sql) {
    std::string value;
    code_ = sqlite3_exec(
        db_, sql.c_str(),
        [](void* out, int, char** texts, char**) {
          *static_cast<std::string*>(out) = texts[0] == nullptr ? "NULL" : texts[0];
          return 0;
        },
        &value, nullptr);
    message_ = code_ == SQLITE_OK ? "" : sqlite3_errmsg(db_);
    return value;
  }
  void must(const std::string& sql) {
    INFO(sql);
    run(sql);
    REQUIRE(message_ == "");
  }
  void configure(int option, int value) {
    REQUIRE(sqlite3_db_config(db_, option, value, nullptr) == SQLITE_OK);
  }
  int code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  void load() { REQUIRE(sqlite3_arbors_init(db_, nullptr, sqlite3_api) == SQLITE_OK); }

  sqlite3* db_ = nullptr;
  int code_ = SQLITE_OK;
  std::string message_;
};

class File {
 public:
  File() : path_(std::filesystem::temp_directory_path() / ("arbors-protection-" + unique())) {}
  ~File() { std::filesystem::remove(path_); }
  std::string name() const { return path_.string(); }

 private:
  static std::string unique() {
    sqlite3_uint64 number = 0;
    sqlite3_randomness(sizeof number, &number);
    return std::to_string(number);
  }
  std::filesystem::path path_;
};

std::vector<std::string> shadow_tables() {
  return {"t_meta", "t_path", "t_segment", "t_chunk", "t_pending"};
}

}  // namespace

TEST_CASE("defensive mode keeps writers out of every shadow table", "[protection]") {
  Connection connection;
  connection.must(kFill);
  connection.configure(SQLITE_DBCONFIG_DEFENSIVE, 1);
  for (const std::string& table : shadow_tables()) {
    for (const std::string& sql :
         {"DELETE FROM " + table, "DROP TABLE " + table, "INSERT INTO " + table + " DEFAULT VALUES",
          "ALTER TABLE " + table + " RENAME TO other"}) {
      INFO(sql);
      connection.run(sql);
      CHECK(connection.code() != SQLITE_OK);
      CHECK_THAT(connection.message(), ContainsSubstring("may not be"));
    }
  }
  CHECK(connection.run("SELECT count(*) FROM t") == "6");
}

TEST_CASE("an Arbor works in defensive mode", "[protection]") {
  Connection connection;
  connection.configure(SQLITE_DBCONFIG_DEFENSIVE, 1);
  connection.must(kFill);
  connection.must("UPDATE t SET a = 10 WHERE a = 1");
  connection.must("DELETE FROM t WHERE a = 2");
  connection.must("SELECT arbor_append('t', '{\"b\":7}')");
  CHECK(connection.run("SELECT sum(t.b) FROM t") == "7");
  connection.must("SELECT arbor_optimize('t'); SELECT arbor_vacuum('t')");
  connection.must("ALTER TABLE t RENAME TO u");
  CHECK(connection.run("SELECT sum(a) FROM u") == "28");
  CHECK(connection.run("SELECT arbor_check('u')") == "ok");
  CHECK(connection.run("PRAGMA integrity_check") == "ok");
  connection.must("DROP TABLE u");
  CHECK(connection.run("SELECT count(*) FROM sqlite_schema") == "0");
}

TEST_CASE("writing functions may be called from statements only", "[protection]") {
  const int trusted = GENERATE(0, 1);
  Connection connection;
  connection.configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted);
  connection.must(kFill);
  connection.must("CREATE TABLE o(a)");
  for (const std::string call :
       {"arbor_import('t', '/nowhere')", "arbor_append('t', '{}')", "arbor_delete('t')",
        "arbor_vacuum('t')", "arbor_optimize('t')", "arbor_sync('t')"}) {
    INFO(call);
    connection.must("DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT " + call + " AS x");
    connection.run("SELECT * FROM v");
    CHECK_THAT(connection.message(), ContainsSubstring("unsafe use of arbor_"));
    connection.must("DROP TRIGGER IF EXISTS r; CREATE TRIGGER r AFTER INSERT ON o BEGIN SELECT " +
                    call + "; END");
    connection.run("INSERT INTO o VALUES (1)");
    CHECK_THAT(connection.message(), ContainsSubstring("unsafe use of arbor_"));
    connection.run("CREATE INDEX i ON o(" + call + ")");
    CHECK(connection.code() != SQLITE_OK);
  }
  CHECK(connection.run("SELECT count(*) FROM o") == "0");
  CHECK(connection.run("SELECT count(*) FROM t") == "6");
}

TEST_CASE("views and triggers may use an Arbor as a table", "[protection]") {
  const int trusted = GENERATE(0, 1);
  Connection connection;
  connection.configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted);
  connection.must(kFill);
  connection.must("CREATE VIEW v AS SELECT sum(a) AS total FROM t; CREATE TABLE o(a)");
  connection.must("CREATE TRIGGER r AFTER INSERT ON o BEGIN INSERT INTO t(a) VALUES (new.a); END");
  connection.must("INSERT INTO o VALUES (100), (200)");
  CHECK(connection.run("SELECT total FROM v") == "321");
}

TEST_CASE("a read-only database is read and says so when written", "[protection]") {
  const File file;
  Connection(file.name()).must(kFill);
  const bool by_pragma = GENERATE(false, true);
  Connection connection(file.name(), by_pragma ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  if (by_pragma) connection.must("PRAGMA query_only = 1");
  CHECK(connection.run("SELECT sum(a) FROM t WHERE a > 2") == "18");
  CHECK(connection.run("SELECT arbor_check('t')") == "ok");
  for (const char* sql :
       {"INSERT INTO t(a) VALUES (1)", "UPDATE t SET a = 2", "DELETE FROM t", "DROP TABLE t",
        "SELECT arbor_append('t', '{\"a\":1}')", "SELECT arbor_append('n', '{\"a\":1}')",
        "SELECT arbor_optimize('t')", "SELECT arbor_delete('t')",
        "CREATE VIRTUAL TABLE n USING arbor", "ALTER TABLE t RENAME TO u"}) {
    INFO(sql);
    connection.run(sql);
    CHECK(connection.code() == SQLITE_READONLY);
    CHECK_THAT(connection.message(),
               ContainsSubstring("readonly") || ContainsSubstring("read-only"));
  }
  CHECK(connection.run("SELECT count(*), sum(a) FROM t") == "6");
}

TEST_CASE("a newer storage format is refused, and left as it is", "[protection]") {
  const File file;
  Connection(file.name()).must(kFill);
  Connection(file.name()).must("UPDATE t_meta SET value = value + 1 WHERE key = 'format'");
  Connection connection(file.name());
  for (const char* sql : {"SELECT * FROM t", "INSERT INTO t(a) VALUES (1)",
                          "SELECT arbor_append('t', '{}')", "SELECT arbor_check('t')"}) {
    INFO(sql);
    connection.run(sql);
    CHECK(connection.code() != SQLITE_OK);
    CHECK_THAT(connection.message(), ContainsSubstring("newer") || ContainsSubstring("format"));
  }
  Connection older(file.name());
  older.must("UPDATE t_meta SET value = value - 1 WHERE key = 'format'");
  CHECK(older.run("SELECT count(*) FROM t") == "6");
}

TEST_CASE("integrity_check covers a database with Arbors", "[protection]") {
  const File file;
  Connection connection(file.name());
  connection.must(kFill);
  CHECK(connection.run("PRAGMA integrity_check") == "ok");
  CHECK(connection.run("PRAGMA quick_check") == "ok");
}
