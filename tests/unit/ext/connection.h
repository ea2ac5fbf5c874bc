// A connection in memory with the extension registered, and its answers as text: what tests of the
// whole extension speak SQL through.
#pragma once

#include <memory>
#include <string>

#include "ext/entry.h"
#include "tests/unit/catch.h"

namespace arbors::ext {

class TestConnection {
 public:
  explicit TestConnection(const std::string& file = ":memory:") {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &raw) == SQLITE_OK);
    db_.reset(raw);
    register_extension(raw);
  }

  sqlite3* db() const { return db_.get(); }

  // Runs one or more statements; gives the rows of all, values joined by '|', rows ended by '\n'.
  // NULL is NULL; an error is "error: " and its message.
  std::string ask(const std::string& sql) const {
    std::string answer;
    char* message = nullptr;
    if (sqlite3_exec(db(), sql.c_str(), add_row, &answer, &message) != SQLITE_OK)
      answer = std::string("error: ") + message;
    sqlite3_free(message);
    return answer;
  }

  // The words of the scan of the first Arbor in a query's plan.
  std::string words(const std::string& query) const {
    const std::string plan = ask("EXPLAIN QUERY PLAN " + query);
    const std::string marker = "VIRTUAL TABLE INDEX 0:";
    const std::size_t at = plan.find(marker);
    if (at == std::string::npos) return plan;
    return plan.substr(at + marker.size(), plan.find('\n', at) - at - marker.size());
  }

 private:
  static int add_row(void* raw, int columns, char** values, char**) {
    auto& answer = *static_cast<std::string*>(raw);
    for (int i = 0; i < columns; ++i)
      answer += std::string(i == 0 ? "" : "|") + (values[i] == nullptr ? "NULL" : values[i]);
    answer += '\n';
    return 0;
  }

  struct Close {
    void operator()(sqlite3* db) const { CHECK(sqlite3_close(db) == SQLITE_OK); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace arbors::ext
