// A prepared statement, prepared when first used and kept: `Use` binds, steps and reads it, and
// resets it when it goes out of scope. Result codes become arbors::Error in one place.
//
// Statements that read many columns have a `+` before each. It changes nothing, but of a column
// that stands alone SQLite notes its type, table and database, which takes a third of preparing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/value.h"
#include "sql/access/sqlite.h"
#include "sql/access/sqlite_error.h"

namespace arbors::store {

// Runs SQL that gives no rows.
void execute(sqlite3* db, const std::string& sql);

// Writes a name as a quoted identifier, a text as a literal.
std::string quoted_name(std::string_view name);
void append_quoted(std::string& sql, std::string_view name);
std::string literal(std::string_view text);

class Statement {
 public:
  Statement(sqlite3* db, std::string sql) : db_(db), sql_(std::move(sql)) {}
  // The first `@` in the text stands for a table's name; both must outlive the statement. Opening
  // an Arbor makes dozens of statements and uses five: the text is put together when it is needed.
  Statement(sqlite3* db, const std::string& table, std::string_view text)
      : db_(db), table_(&table), text_(text) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { finalize(); }

  // Tells whether SQLite will prepare it (anew) when it is used next.
  bool is_due();

  // Waits for the end of a Use that is under way: a step that fails may roll everything back, and
  // so close the table that the statement reads.
  void finalize();

  // One execution. Texts and blobs are bound without a copy: they must outlive the Use.
  // Columns that are read live until the next step.
  class Use {
   public:
    explicit Use(Statement& statement);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();

    Use& bind(int index, std::int64_t value);
    Use& bind(int index, std::string_view text);
    Use& bind(int index, ByteSpan blob);
    Use& bind(int index, const Value& value);
    Use& bind_null(int index);

    bool step();                // true: a row
    void run();                 // steps to the end
    int prepared_anew() const;  // how often SQLite has done so
    void reset();               // makes ready for another execution

    // One value of the row, fetched once: each of the calls below takes the connection's mutex,
    // and reading many small rows costs as much for that as for all else. Lives until the next
    // step.
    class Cell {
     public:
      explicit Cell(sqlite3_value* value) : value_(value) {}

      int type() const { return sqlite3_value_type(value_); }
      bool is_null() const { return type() == SQLITE_NULL; }
      std::int64_t integer() const { return sqlite3_value_int64(value_); }
      // The integer that is there; nullopt where a value of another type is.
      std::optional<std::int64_t> integer_alone() const;
      ByteSpan blob() const;
      Value value() const;

     private:
      sqlite3_value* value_;
    };
    Cell cell(int column) const { return Cell(sqlite3_column_value(statement_, column)); }

    int type(int column) const;  // SQLITE_INTEGER and so on
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::string_view text(int column) const;
    ByteSpan blob(int column) const;
    ByteSpan blob_alone(int column) const;  // throws Error{Corrupt} for another type
    Value value(int column) const;

   private:
    Statement& owner_;
    sqlite3_stmt* statement_;
  };

 private:
  const std::string& sql();

  sqlite3* db_;
  const std::string* table_ = nullptr;
  std::string_view text_;
  std::string sql_;
  sqlite3_stmt* statement_ = nullptr;
  int uses_ = 0;
  bool finalize_due_ = false;
};

}  // namespace arbors::store
