// Looks up tables and views by name in a schema. What plans ask of temp and main again and again
// stays prepared while somebody holds it.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "sql/access/statement.h"

namespace arbors::ext {

class TableLookups {
 public:
  explicit TableLookups(sqlite3* db);

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

 private:
  struct Kept {
    const char* schema;
    store::Statement statement;
  };
  void let_go();

  sqlite3* db_;
  std::array<Kept, 2> kept_;
  unsigned holds_ = 0;
};

}  // namespace arbors::ext
