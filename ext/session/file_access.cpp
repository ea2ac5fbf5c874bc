#include "ext/session/file_access.h"

#include <cstdlib>
#include <string>

#include "ext/host/statements.h"

namespace arbors::ext {
namespace {

bool is_query_only(sqlite3* db) {
  bool only = false;
  for_each_row(db, "PRAGMA query_only", {},
               [&](sqlite3_stmt* row) { only = sqlite3_column_int(row, 0) != 0; });
  return only;
}

[[noreturn]] void refuse(std::string_view function, std::string_view why) {
  throw Error(ErrorCode::ReadOnly, std::string(function) + ' ' + std::string(why));
}

}  // namespace

bool files_by_default() {
  const char* said = std::getenv("ARBORS_FILES");
  return said == nullptr || std::string_view(said) != "0";
}

void require_files(const Session& session, std::string_view function) {
  if (!session.files())
    refuse(function,
           "touches files, which are switched off for this connection "
           "(arbor_config('files', 0), or ARBORS_FILES=0 in the environment)");
}

void require_writing(const Session& session, std::string_view function) {
  if (sqlite3_db_readonly(session.db(), "main") == 1)
    refuse(function, "is not for read-only connections: the database was opened read-only");
  if (is_query_only(session.db()))
    refuse(function, "is not for read-only connections: PRAGMA query_only is on");
}

}  // namespace arbors::ext
