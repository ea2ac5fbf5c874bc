#include "sql/import/reject_table.h"

#include "engine/base/printable.h"
#include "engine/json/values/utf8.h"

namespace arbors::store {
namespace {

std::string quoted_table(const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return store::quoted_name(name);
  return store::quoted_name(name.substr(0, dot)) + "." + store::quoted_name(name.substr(dot + 1));
}

}  // namespace

RejectTable::RejectTable(sqlite3* db, const std::string& name) {
  if (name.empty()) return;
  const std::string table = quoted_table(name);
  execute(db, "CREATE TABLE IF NOT EXISTS " + table +
                  "(file TEXT, line INTEGER, byte INTEGER, reason TEXT, text TEXT)");
  insert_.emplace(
      db, "INSERT INTO " + table + "(file, line, byte, reason, text) VALUES (?1, ?2, ?3, ?4, ?5)");
}

void RejectTable::add(const std::string& file, const json::SplitFault& fault) {
  if (!insert_) return;
  Statement::Use row(*insert_);
  const std::string name = printable(file);
  row.bind(1, std::string_view(name)).bind(2, static_cast<std::int64_t>(fault.line));
  row.bind(3, static_cast<std::int64_t>(fault.byte)).bind(4, std::string_view(fault.reason));
  const std::string_view text = fault.text;
  if (json::is_utf8(text))
    row.bind(5, text);
  else
    row.bind(5, ByteSpan(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  row.run();
}

}  // namespace arbors::store
