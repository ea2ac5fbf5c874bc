#include "sql/tables/options.h"

#include "engine/base/error.h"
#include "sql/access/statement.h"

namespace arbors::store {

void check_age(sqlite3* db, const std::string& modifier) {
  Statement ask(db, "SELECT julianday('2000-06-15', '-' || ?1) <= julianday('2000-06-15')");
  Statement::Use use(ask);
  use.bind(1, std::string_view(modifier));
  if (!use.step() || use.type(0) == SQLITE_NULL || use.integer(0) == 0)
    throw_invalid("retain_for takes an age such as '7 days', not '" + modifier + "'");
}

}  // namespace arbors::store
