#include "ext/table/authorization.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>

#include "engine/exec/scan/decode_plan.h"
#include "ext/host/statements.h"
#include "ext/session/declaration.h"
#include "sql/access/sqlite_error.h"

namespace arbors::ext {
namespace {

using Names = std::set<std::string>;

constexpr const char* kTree = "_tree";

// Adds the columns of the path itself or, where it has none, of the nearest one above it; _tree
// where there is none either.
template <typename Columns>
void add_columns(const Columns& columns, const Path& path, Names& names) {
  std::size_t nearest = 0;
  for (const auto& column : columns) {
    const std::size_t steps = column.path.steps.size();
    if (steps >= nearest && steps <= path.steps.size() &&
        std::equal(column.path.steps.begin(), column.path.steps.end(), path.steps.begin()))
      nearest = steps;
  }
  if (nearest == 0) {
    names.insert(kTree);
    return;
  }
  for (const auto& column : columns)
    if (column.path.steps.size() == nearest &&
        std::equal(column.path.steps.begin(), column.path.steps.end(), path.steps.begin()))
      names.insert(column.name);
}

struct NamedPath {
  const std::string& name;
  const Path& path;
};

// They live until the store is asked for anything else.
std::vector<NamedPath> columns_of(store::Store& store) {
  std::vector<NamedPath> columns;
  for (const store::Column* column : store.all_columns())
    columns.push_back({column->name, column->path});
  return columns;
}

std::string select_of(const ArborName& arbor, const Names& columns) {
  const std::string table = quote_identifier(arbor.schema) + '.' + quote_identifier(arbor.table);
  std::string sql = "EXPLAIN SELECT ";
  for (const std::string& column : columns)
    sql += (column == *columns.begin() ? "" : ", ") + table + '.' + quote_identifier(column);
  return sql + " FROM " + table;
}

// Throws where the authorizer denies one of the columns; false where it ignores one, whose value
// the program then does not read.
bool reads_all(sqlite3* db, const ArborName& arbor, const Names& columns) {
  std::size_t read = 0;
  try {
    for_each_row(db, select_of(arbor, columns), {},
                 [&](sqlite3_stmt* row) { read += column_text(row, 1) == "VColumn" ? 1 : 0; });
  } catch (const store::SqliteError& error) {
    // A column that SQLite has not been told of yet.
    if (error.result() != SQLITE_ERROR || columns == Names{kTree}) throw;
    return reads_all(db, arbor, {kTree});
  }
  return read >= columns.size();
}

bool may_read(sqlite3* db, const ArborName& arbor, const Names& columns) {
  try {
    return reads_all(db, arbor, columns);
  } catch (const store::SqliteError& error) {
    if (error.result() != SQLITE_AUTH) throw;
    return false;
  }
}

// Asks once for what is asked for again, as SQLite does of a prepared statement.
void require(Session& session, const ArborName& arbor, const Names& columns) {
  if (columns.empty()) return;
  std::string what = arbor.schema + '\0' + arbor.table;
  for (const std::string& column : columns) what += '\0' + column;
  if (session.allowed().holds(what, session.lookups().preparations())) return;
  if (!reads_all(session.db(), arbor, columns))
    for (const std::string& column : columns)
      if (!may_read(session.db(), arbor, {column}))
        throw store::SqliteError(SQLITE_AUTH,
                                 "access to " + arbor.table + '.' + column + " is prohibited");
  session.allowed().add(what);
}

// The Arbor that a source names; none where whoever binds the source will say what is wrong with
// it.
std::optional<ArborName> arbor_of(Session& session, const plan::Source& source) {
  if (source.kind != plan::Source::Kind::Name) return std::nullopt;
  const std::string name = source.schema.empty() ? source.name : source.schema + '.' + source.name;
  try {
    return find_arbor(session, name);
  } catch (const store::SqliteError&) {
    throw;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Invalid) throw;
    return std::nullopt;
  }
}

}  // namespace

void authorize(Session& session, const plan::Node& plan) {
  for (const exec::DecodedPaths& read : exec::decode_plan(plan)) {
    if (read.paths.empty() && !read.whole_trees) continue;
    const auto arbor = arbor_of(session, read.source);
    if (!arbor) continue;
    Names names;
    if (read.whole_trees) names.insert(kTree);
    if (!read.paths.empty()) {
      const StorePtr store = open_arbor(session, *arbor);
      const std::vector<NamedPath> columns = columns_of(*store);
      for (const Path& path : read.paths) add_columns(columns, path, names);
    }
    require(session, *arbor, names);
  }
}

void authorize(const ArborTable& table, const expr::Expr& condition) {
  Names names;
  for (const Path& path : expr::paths(condition)) add_columns(table.columns, path, names);
  require(*table.session, {table.schema, table.name}, names);
}

std::vector<bool> readable(Session& session, const ArborName& arbor, store::Store& store,
                           const std::vector<Path>& paths) {
  const auto columns = columns_of(store);
  std::vector<Names> behind(paths.size());
  Names all;
  for (std::size_t at = 0; at < paths.size(); ++at) {
    add_columns(columns, paths[at], behind[at]);
    all.insert(behind[at].begin(), behind[at].end());
  }
  std::vector<bool> readable(paths.size(), true);
  if (all.empty() || may_read(session.db(), arbor, all)) return readable;
  std::map<std::string, bool> known;
  for (const std::string& column : all) known[column] = may_read(session.db(), arbor, {column});
  for (std::size_t at = 0; at < paths.size(); ++at)
    readable[at] =
        std::ranges::all_of(behind[at], [&](const std::string& name) { return known[name]; });
  return readable;
}

}  // namespace arbors::ext
