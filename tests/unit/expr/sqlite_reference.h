// SQLite itself, asked for the values of expressions over rows.
#pragma once

#include <sqlite3.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/expr/random_rows.h"

namespace arbors::expr {

// An in-memory database with one table of the rows.
class Reference {
 public:
  explicit Reference(const std::vector<Row>& rows) {
    REQUIRE(sqlite3_open(":memory:", &db_) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db_, "CREATE TABLE t(a, b, i, r, s)", nullptr, nullptr, nullptr) == 0);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db_, "INSERT INTO t VALUES (?, ?, ?, ?, ?)", -1, &insert, nullptr);
    for (const Row& row : rows) {
      for (int i = 0; i < 5; ++i) bind(insert, i + 1, row[static_cast<std::size_t>(i)].value);
      REQUIRE(sqlite3_step(insert) == SQLITE_DONE);
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
  }
  ~Reference() { sqlite3_close(db_); }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  // Gives the expression's value in each row; nothing where SQLite has an error.
  std::optional<std::vector<Value>> values(const std::string& expression) {
    const std::string sql = "SELECT " + expression + " FROM t ORDER BY rowid";
    sqlite3_stmt* select = nullptr;
    if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &select, nullptr) != SQLITE_OK) {
      FAIL(sql << ": " << sqlite3_errmsg(db_));
    }
    std::vector<Value> values;
    int state = SQLITE_ROW;
    while ((state = sqlite3_step(select)) == SQLITE_ROW) values.push_back(read(select));
    sqlite3_finalize(select);
    if (state != SQLITE_DONE) return std::nullopt;
    return values;
  }

 private:
  static void bind(sqlite3_stmt* statement, int at, const Value& value) {
    switch (value.kind) {
      case ValueKind::Null:
        sqlite3_bind_null(statement, at);
        break;
      case ValueKind::Integer:
        sqlite3_bind_int64(statement, at, value.integer);
        break;
      case ValueKind::Real:
        sqlite3_bind_double(statement, at, value.real);
        break;
      default:
        sqlite3_bind_text(statement, at, value.text.data(), static_cast<int>(value.text.size()),
                          SQLITE_TRANSIENT);
    }
  }
  static Value read(sqlite3_stmt* statement) {
    switch (sqlite3_column_type(statement, 0)) {
      case SQLITE_INTEGER:
        return Value::of(static_cast<std::int64_t>(sqlite3_column_int64(statement, 0)));
      case SQLITE_FLOAT:
        return Value::of(sqlite3_column_double(statement, 0));
      case SQLITE_NULL:
        return Value::null();
      default:
        return Value::of(
            std::string(static_cast<const char*>(sqlite3_column_blob(statement, 0)) != nullptr
                            ? static_cast<const char*>(sqlite3_column_blob(statement, 0))
                            : "",
                        static_cast<std::size_t>(sqlite3_column_bytes(statement, 0))));
    }
  }

  sqlite3* db_ = nullptr;
};

inline std::string show(const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return "NULL";
    case ValueKind::Integer:
      return "integer " + std::to_string(value.integer);
    case ValueKind::Real: {
      char text[40];
      std::snprintf(text, sizeof text, "real %.17g", value.real);
      return text;
    }
    default:
      return "text '" + value.text + "'";
  }
}

}  // namespace arbors::expr
