#include "ext/host/statements.h"

#include <memory>
#include <new>

#include "sql/access/sqlite_error.h"

namespace arbors::ext {
void execute(sqlite3* db, const std::string& sql) {
  const int result = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) store::throw_sqlite(db, result);
}

void for_each_row(sqlite3* db, const std::string& sql, const std::vector<std::string>& parameters,
                  const std::function<void(sqlite3_stmt*)>& row) {
  sqlite3_stmt* raw = nullptr;
  const int prepared =
      sqlite3_prepare_v2(db, sql.c_str(), static_cast<int>(sql.size()), &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(
      raw, [](sqlite3_stmt* owned) { return sqlite3_finalize(owned); });
  if (prepared != SQLITE_OK) store::throw_sqlite(db, prepared);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    sqlite3_bind_text64(raw, static_cast<int>(i) + 1, parameters[i].data(), parameters[i].size(),
                        SQLITE_STATIC, SQLITE_UTF8);
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(raw)) == SQLITE_ROW) row(raw);
  if (result != SQLITE_DONE) store::throw_sqlite(db, result);
}

std::string column_text(sqlite3_stmt* row, int column) {
  const bool null = sqlite3_column_type(row, column) == SQLITE_NULL;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  if (null) return {};
  if (text == nullptr) throw std::bad_alloc();
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

}  // namespace arbors::ext
