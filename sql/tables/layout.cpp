#include "sql/tables/layout.h"

#include <algorithm>
#include <array>

#include "sql/access/statement.h"

namespace arbors::store {

namespace {

struct Part {
  std::string_view name;
  std::string_view columns;
};

constexpr std::array<Part, 5> kParts{{
    {"meta", "(key TEXT PRIMARY KEY, value) WITHOUT ROWID"},
    {"path",
     "(id INTEGER PRIMARY KEY, parent INTEGER, element INTEGER, key BLOB, column INTEGER, "
     "seal INTEGER)"},
    {"segment",
     "(id INTEGER PRIMARY KEY, batch INTEGER, nonce INTEGER, trees INTEGER, pools INTEGER, "
     "pos INTEGER, born INTEGER, died INTEGER, first_row INTEGER, rows INTEGER, count INTEGER, "
     "first_rowid INTEGER, json_bytes INTEGER, seal INTEGER, rowids BLOB, live BLOB)"},
    {"chunk", "(key INTEGER PRIMARY KEY, stats BLOB, data BLOB)"},
    {"pending",
     "(seq INTEGER PRIMARY KEY, generation INTEGER, time INTEGER, op INTEGER, row INTEGER, "
     "seal INTEGER, tree BLOB)"},
}};

// SQLite looks for the table's name before the last underscore: a part has none.
constexpr std::string_view kIndexPrefix = "index";

}  // namespace

std::span<const std::string_view> shadow_parts() {
  static const auto names = [] {
    std::array<std::string_view, kParts.size()> out;
    std::transform(kParts.begin(), kParts.end(), out.begin(), [](const Part& p) { return p.name; });
    return out;
  }();
  return names;
}

bool is_shadow_part(std::string_view part) {
  if (part.starts_with(kIndexPrefix)) {
    const std::string_view number = part.substr(kIndexPrefix.size());
    return !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
  }
  const auto parts = shadow_parts();
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

std::string Names::operator()(std::string_view part) const {
  std::string name;
  name.reserve(schema.size() + table.size() + part.size() + 6);
  append_quoted(name, schema);
  name += '.';
  append_quoted(name, table);
  name.back() = '_';
  name += part;  // which needs no quoting
  return name += '"';
}

void create_tables(sqlite3* db, const Names& names) {
  for (const Part& part : kParts) {
    execute(db, "CREATE TABLE " + names(part.name) + std::string(part.columns));
  }
}

void drop_tables(sqlite3* db, const Names& names) {
  for (const std::string& part : index_parts(db, names)) {
    execute(db, "DROP TABLE IF EXISTS " + names(part));
  }
  for (const Part& part : kParts) execute(db, "DROP TABLE IF EXISTS " + names(part.name));
}

void rename_tables(sqlite3* db, const Names& names, const std::string& table) {
  const auto rename = [&](std::string_view part) {
    execute(db, "ALTER TABLE " + names(part) + " RENAME TO " +
                    quoted_name(table + "_" + std::string(part)));
  };
  for (const std::string& part : index_parts(db, names)) rename(part);
  for (const Part& part : kParts) rename(part.name);
}

bool table_exists(sqlite3* db, const Names& names, std::string_view part) {
  Statement find(db, "SELECT 1 FROM " + quoted_name(names.schema) +
                         ".sqlite_schema WHERE type = 'table' AND lower(name) = lower(?1)");
  const std::string table = names.table + "_" + std::string(part);
  Statement::Use use(find);
  return use.bind(1, table).step();
}

std::vector<std::string> index_parts(sqlite3* db, const Names& names) {
  Statement list(db, "SELECT substr(name, length(?1) + 1) FROM " + quoted_name(names.schema) +
                         ".sqlite_schema WHERE type = 'table' AND "
                         "lower(substr(name, 1, length(?1))) = lower(?1)");
  const std::string prefix = names.table + "_";
  Statement::Use use(list);
  use.bind(1, prefix);
  std::vector<std::string> parts;
  while (use.step()) {
    const std::string_view part = use.text(0);
    if (part.starts_with(kIndexPrefix) && is_shadow_part(part)) parts.emplace_back(part);
  }
  return parts;
}

}  // namespace arbors::store
