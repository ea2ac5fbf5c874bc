#include "ext/session/table_lookups.h"

#include <algorithm>

#include "ext/host/statements.h"
#include "ext/session/declaration.h"

namespace arbors::ext {
namespace {

std::string lookup_in(const std::string& schema) {
  return "SELECT name FROM " + quote_identifier(schema) +
         ".sqlite_master WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
}

}  // namespace

TableLookups::TableLookups(sqlite3* db)
    : db_(db), kept_{{{"temp", {db, lookup_in("temp")}}, {"main", {db, lookup_in("main")}}}} {}

std::optional<std::string> TableLookups::find(const std::string& schema, const std::string& table) {
  std::optional<std::string> found;
  const auto kept = std::find_if(kept_.begin(), kept_.end(),
                                 [&](const Kept& known) { return schema == known.schema; });
  if (holds_ == 0 || kept == kept_.end()) {
    for_each_row(db_, lookup_in(schema), {table},
                 [&](sqlite3_stmt* row) { found = column_text(row, 0); });
    return found;
  }
  store::Statement::Use use(kept->statement);
  use.bind(1, std::string_view(table));
  while (use.step()) found = use.text(0);
  return found;
}

void TableLookups::let_go() {
  if (--holds_ > 0) return;
  for (Kept& known : kept_) known.statement.finalize();
}

}  // namespace arbors::ext
