#include "ext/session/table_lookups.h"

#include <algorithm>

#include "ext/host/statements.h"
#include "ext/session/declaration.h"

namespace arbors::ext {
namespace {

// More than a connection has schemas as a rule. Those that were attached once may be many.
constexpr std::size_t kMostKept = 16;

std::string lookup_in(const std::string& schema) {
  return "SELECT name FROM " + quote_identifier(schema) +
         ".sqlite_master WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
}

template <typename AllKept>
auto find_kept(AllKept& all, const std::string& schema) {
  return std::ranges::find_if(all, [&](const auto& known) {
    return sqlite3_stricmp(known.schema.c_str(), schema.c_str()) == 0;
  });
}

}  // namespace

TableLookups::Kept::Kept(sqlite3* db, const std::string& of)
    : schema(of), statement(db, lookup_in(of)) {}

TableLookups::Kept& TableLookups::kept_for(const std::string& schema) {
  if (const auto known = find_kept(kept_, schema); known != kept_.end()) return *known;
  if (kept_.size() == kMostKept) kept_.pop_front();
  return kept_.emplace_back(db_, schema);
}

std::optional<std::string> TableLookups::find(const std::string& schema, const std::string& table) {
  std::optional<std::string> found;
  if (holds_ == 0) {
    for_each_row(db_, lookup_in(schema), {table},
                 [&](sqlite3_stmt* row) { found = column_text(row, 0); });
    return found;
  }
  Kept& kept = kept_for(schema);
  store::Statement::Use use(kept.statement);
  use.bind(1, std::string_view(table));
  while (use.step()) found = use.text(0);
  // A statement that SQLite had to prepare anew was one of another schema.
  if (const int now = use.prepared_anew(); now != kept.prepared_anew) {
    kept.prepared_anew = now;
    kept.version = ++last_version_;
  }
  return found;
}

std::uint64_t TableLookups::version(const std::string& schema) const {
  const auto known = find_kept(kept_, schema);
  return known == kept_.end() ? 0 : known->version;
}

std::optional<std::uint64_t> TableLookups::preparations() {
  if (holds_ == 0) return std::nullopt;
  return preparations_.count();
}

void TableLookups::let_go() {
  if (--holds_ > 0) return;
  preparations_.finalize();
  for (Kept& known : kept_) {
    known.statement.finalize();
    known.prepared_anew = -1;
  }
}

}  // namespace arbors::ext
