#include "ext/session/arbor_name.h"

#include <algorithm>

#include "engine/json/values/utf8.h"
#include "ext/host/statements.h"
#include "ext/session/declaration.h"
#include "sql/access/write_lock.h"

namespace arbors::ext {
namespace {

std::vector<std::string> schemas(Session& session) {
  std::vector<std::string> names{"temp", "main"};
  // As a table it would begin to read the main database.
  for_each_row(session.db(), "PRAGMA database_list", {}, [&](sqlite3_stmt* row) {
    const std::string name = column_text(row, 1);
    if (lower_ascii(name) != "temp" && lower_ascii(name) != "main") names.push_back(name);
  });
  return names;
}

struct SplitName {
  std::optional<std::string> schema;
  std::string table;
};

std::optional<std::string> attached_schema(Session& session, std::string_view name) {
  for (const std::string& schema : schemas(session))
    if (lower_ascii(schema) == lower_ascii(name)) return schema;
  return std::nullopt;
}

// Splits `schema.name` where the part before the first dot is an attached database.
SplitName split(Session& session, std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot != std::string_view::npos)
    if (auto schema = attached_schema(session, name.substr(0, dot)))
      return {std::move(schema), std::string(name.substr(dot + 1))};
  return {std::nullopt, std::string(name)};
}

// Takes an identifier, bare or in double quotes, from the front of a text; nullopt where a quote
// does not end.
std::optional<std::string> take_identifier(std::string_view& text) {
  std::string taken;
  if (!text.starts_with('"')) {
    taken = text.substr(0, text.find('.'));
    text.remove_prefix(taken.size());
    return taken;
  }
  text.remove_prefix(1);
  while (true) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) return std::nullopt;
    taken += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) return taken;
    taken += '"';
    text.remove_prefix(1);
  }
}

// Splits a name as SQL and plans write one that needs quotes: `"name"`, `schema."name"`.
std::optional<SplitName> split_quoted(Session& session, std::string_view name) {
  if (name.find('"') == std::string_view::npos) return std::nullopt;
  std::optional<std::string> table = take_identifier(name);
  if (table && name.empty()) return SplitName{std::nullopt, *std::move(table)};
  if (!table || !name.starts_with('.')) return std::nullopt;
  name.remove_prefix(1);
  std::optional<std::string> schema = attached_schema(session, *table);
  table = take_identifier(name);
  if (!schema || !table || !name.empty()) return std::nullopt;
  return SplitName{std::move(schema), *std::move(table)};
}

bool is_virtual(Session& session, const std::string& schema, const std::string& table) {
  bool is = false;
  for_each_row(session.db(),
               "SELECT sql FROM " + quote_identifier(schema) +
                   ".sqlite_master WHERE type = 'table' AND rootpage = 0 AND name = ?1",
               {table}, [&](sqlite3_stmt*) { is = true; });
  return is;
}

bool is_arbor(Session& session, const std::string& schema, const std::string& table) {
  return is_virtual(session, schema, table) && store::Store::exists(session.db(), schema, table);
}

// The table or view of that name in the first of these schemas that has one.
std::optional<ArborName> find_in(Session& session, const std::vector<std::string>& places,
                                 const std::string& table) {
  for (const std::string& place : places)
    if (const auto found = session.lookups().find(place, table)) return ArborName{place, *found};
  return std::nullopt;
}

// The same in all schemas; most tables are in those that need no listing.
std::optional<ArborName> find_anywhere(Session& session, const std::string& table) {
  if (auto found = find_in(session, {"temp", "main"}, table)) return found;
  std::vector<std::string> others = schemas(session);
  others.erase(others.begin(), others.begin() + 2);
  return find_in(session, others, table);
}

std::optional<ArborName> search(Session& session, std::string_view name) {
  const auto [schema, table] = split(session, name);
  if (schema)
    if (auto found = find_in(session, {*schema}, table)) return found;
  return find_anywhere(session, std::string(name));
}

void require_arbor(Session& session, const ArborName& found, std::string_view name) {
  if (session.find(found.schema, found.table)) return;  // connected
  if (!is_arbor(session, found.schema, found.table))
    throw_invalid(std::string(name) + " is not an Arbor but an ordinary table or view");
}

std::string names_there_are(Session& session) {
  std::string names;
  for (const ArborName& name : list_arbors(session)) {
    if (!names.empty()) names += ", ";
    if (lower_ascii(name.schema) != "main") names += name.schema + '.';
    names += name.table;
  }
  return names.empty() ? "there are none" : "there are: " + names;
}

// Where an Arbor of that name is, or a new one would go, as far as the connection knows; nothing of
// the databases is read. The table is empty where it knows none.
ArborName place_known(Session& session, std::string_view name) {
  const auto known = [&](const std::vector<std::string>& places,
                         const std::string& table) -> std::optional<ArborName> {
    for (const std::string& place : places)
      if (store::knows_table(session.db(), place, table)) return ArborName{place, table};
    return std::nullopt;
  };
  const auto [schema, table] = split(session, name);
  if (schema)
    if (auto found = known({*schema}, table)) return *std::move(found);
  if (auto found = known(schemas(session), std::string(name))) return *std::move(found);
  const std::optional<SplitName> quoted = split_quoted(session, name);
  if (quoted) {
    if (auto found =
            known(quoted->schema ? std::vector{*quoted->schema} : schemas(session), quoted->table))
      return *std::move(found);
  }
  return {(quoted ? quoted->schema : schema).value_or("main"), ""};
}

// Connects a virtual table, unless the schema's own is connected, and tells which of ours it is:
// preparing a statement on it does.
Serving connect_table(Session& session, const ArborName& name) {
  Serving serving{name};
  const Session::Asking asking(session, serving);
  for_each_row(session.db(),
               "SELECT 1 FROM " + quote_identifier(name.schema) + '.' +
                   quote_identifier(name.table) + " LIMIT 0",
               {}, [](sqlite3_stmt*) {});
  return serving;
}

}  // namespace

std::vector<ArborName> list_arbors(Session& session) {
  std::vector<ArborName> names;
  for (const std::string& schema : schemas(session)) {
    std::vector<std::string> tables;
    for_each_row(session.db(),
                 "SELECT name FROM " + quote_identifier(schema) +
                     ".sqlite_master WHERE type = 'table' AND rootpage = 0 ORDER BY name",
                 {}, [&](sqlite3_stmt* row) { tables.push_back(column_text(row, 0)); });
    for (const std::string& table : tables)
      if (session.lookups().find(schema, table) &&
          store::Store::exists(session.db(), schema, table))
        names.push_back({schema, table});
  }
  return names;
}

std::optional<ArborName> find_arbor(Session& session, std::string_view name) {
  std::optional<ArborName> found = find_relation(session, name);
  if (!found) {  // The dot and the quotes may be parts of the name.
    const std::optional<SplitName> quoted = split_quoted(session, name);
    if (!quoted) return std::nullopt;
    found = quoted->schema ? find_in(session, {*quoted->schema}, quoted->table)
                           : find_anywhere(session, quoted->table);
  }
  if (found) require_arbor(session, *found, name);
  return found;
}

std::optional<ArborName> find_relation(Session& session, std::string_view name) {
  FoundNames& names = session.names();
  if (names.held == 0) return search(session, name);
  const auto known = names.found.find(name);
  if (known != names.found.end()) return known->second;
  return names.found.emplace(std::string(name), search(session, name)).first->second;
}

std::optional<ArborName> find_view(Session& session, std::string_view name) {
  std::optional<ArborName> found = find_relation(session, name);
  if (!found || session.find(found->schema, found->table)) return std::nullopt;
  if (!is_virtual(session, found->schema, found->table)) return std::nullopt;
  const Serving serving = connect_table(session, *found);
  if (serving.store) session.confirm(*found, serving.store);
  if (!serving.is_view) return std::nullopt;
  return found;
}

StorePtr open_arbor(Session& session, const ArborName& name) {
  if (StorePtr store = session.find(name.schema, name.table)) return store;
  const Serving serving = connect_table(session, name);
  if (!serving.store) throw Error(ErrorCode::NotFound, "no such Arbor: " + name.table);
  session.confirm(name, serving.store);
  return serving.store;
}

ArborName existing_arbor(Session& session, std::string_view name) {
  std::optional<ArborName> found = find_arbor(session, name);
  if (!found)
    throw Error(ErrorCode::NotFound,
                "no such Arbor: " + std::string(name) + " (" + names_there_are(session) + ")");
  return *std::move(found);
}

StorePtr open_arbor(Session& session, std::string_view name) {
  return open_arbor(session, existing_arbor(session, name));
}

void check_new_name(std::string_view table) {
  if (table.empty()) throw_invalid("an Arbor needs a name");
  if (!json::is_utf8(table)) throw_invalid("the name '" + std::string(table) + "' is no UTF-8");
}

ArborName new_arbor_name(Session& session, std::string_view name) {
  const std::optional<SplitName> quoted = split_quoted(session, name);
  auto [schema, table] = quoted ? *quoted : split(session, name);
  check_new_name(table);
  const std::size_t dot = name.find('.');
  if (!schema && !quoted && dot != std::string_view::npos)
    throw_invalid("unknown database " + std::string(name.substr(0, dot)) + " in " +
                  std::string(name) + "; a name with a dot in it stands in double quotes");
  return {schema.value_or("main"), std::move(table)};
}

void lock_for_writing(Session& session, std::string_view name) {
  const ArborName place = place_known(session, name);
  const std::string log = place.table + "_pending";
  const bool is_known = !place.table.empty() && store::knows_table(session.db(), place.schema, log);
  store::lock_for_writing(session.db(), place.schema, is_known ? log : "");
}

StorePtr create_arbor(Session& session, const ArborName& name) {
  StorePtr store = store::Store::create(session.connection(), name.schema, name.table, {});
  store->begin();  // as SQLite's transaction has, to which its table will belong
  session.set_undeclared(store);
  return store;
}

void join_transaction(Session& session, const ArborName& name) {
  if (session.undeclared(name.schema, name.table)) return;  // there is no table yet
  execute(session.db(), "DELETE FROM " + quote_identifier(name.schema) + '.' +
                            quote_identifier(name.table) + " WHERE 0");
}

void declare_new_columns(Session& session, const ArborName& name) {
  if (session.undeclared(name.schema, name.table))
    return execute(session.db(), "CREATE VIRTUAL TABLE " + quote_identifier(name.schema) + '.' +
                                     quote_identifier(name.table) + " USING arbor");
  if (!session.has_new_columns(name.schema, name.table)) return;
  execute(session.db(), "PRAGMA writable_schema = RESET");
  // Comes last, so that SQLite knows of a changed schema to load again where this is rolled back.
  std::int64_t version = 0;
  const std::string pragma = "PRAGMA " + quote_identifier(name.schema) + ".schema_version";
  for_each_row(session.db(), pragma, {},
               [&](sqlite3_stmt* row) { version = sqlite3_column_int64(row, 0); });
  execute(session.db(), pragma + " = " + std::to_string((version + 1) & 0x7FFFFFFF));
}

}  // namespace arbors::ext
