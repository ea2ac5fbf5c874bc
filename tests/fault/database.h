// One connection under test: opened with the extension, run statement by statement, and written out
// as text, so that two states can be compared.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace arbors::fault {

// What a statement did. `rows` is a hash of everything it returned.
struct Outcome {
  int code = SQLITE_OK;
  std::uint64_t rows = 0;
  std::string message;
};

class Database {
 public:
  // Opens the file and loads the extension; error() says whether that went well.
  explicit Database(const std::string& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  int error() const { return error_; }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

  // Runs one statement. Allocates nothing by itself before the statement has ended.
  Outcome run(const char* sql);

  // Everything a person could see: schema, every table's rows, each Arbor's generations and
  // check, the file's integrity. A failing query stands as its message.
  std::string state();

  // Closes; anything but SQLITE_OK means that the extension kept a statement open.
  int close();

 private:
  std::string query(const std::string& sql, bool& failed);
  std::string query(const std::string& sql);

  sqlite3* db_ = nullptr;
  int error_ = SQLITE_OK;
};

}  // namespace arbors::fault
