// Looks up tables and views by name in a schema, and tells thereby whether the schema is another
// than before. What is asked again and again stays prepared while somebody holds it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "sql/access/preparations.h"
#include "sql/access/statement.h"

namespace arbors::ext {

class TableLookups {
 public:
  explicit TableLookups(sqlite3* db) : db_(db), preparations_(db) {}

  // Keeps statements while it lives, as a connected table does: it must end before the connection
  // closes, which open statements would prevent.
  class Hold {
   public:
    explicit Hold(TableLookups& lookups) : lookups_(lookups) { ++lookups.holds_; }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { lookups_.let_go(); }

   private:
    TableLookups& lookups_;
  };

  // The stored spelling of a table or view, or nullopt.
  std::optional<std::string> find(const std::string& schema, const std::string& table);

  // Another number than before where the schema that find() last saw there may be another one: it
  // was changed, by whomever, or rolled back, or a database was detached.
  std::uint64_t version(const std::string& schema) const;

  // Another number than before where SQLite has prepared statements anew since, for which the
  // application's authorizer is asked; none while nobody holds this.
  std::optional<std::uint64_t> preparations();

 private:
  struct Kept {
    Kept(sqlite3* db, const std::string& of);

    std::string schema;
    store::Statement statement;
    std::uint64_t version = 0;
    int prepared_anew = -1;
  };
  Kept& kept_for(const std::string& schema);
  void let_go();

  sqlite3* db_;
  store::Preparations preparations_;
  std::deque<Kept> kept_;
  std::uint64_t last_version_ = 0;
  unsigned holds_ = 0;
};

}  // namespace arbors::ext
