#include "sql/tables/path_table.h"

#include "sql/tables/options.h"
#include "sql/tables/row_seal.h"

namespace arbors::store {

PathTable::PathTable(sqlite3* db, const Names& names)
    : table_(names.table),
      list_(db,
            "SELECT id, parent, element, key, column, seal FROM " + names("path") + " ORDER BY id"),
      add_(db, "INSERT INTO " + names("path") +
                   "(id, parent, element, key, column, seal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      set_column_(db, "UPDATE " + names("path") + " SET column = ?2, seal = ?3 WHERE id = ?1") {}

std::int64_t PathTable::seal(const PathDictionary& dictionary, PathId path, std::int32_t column) {
  const PathNode& node = dictionary[path];
  RowSeal seal("path");
  seal.add(static_cast<std::int64_t>(path));
  if (path == kRootPath) {
    seal.add_null();
  } else {
    seal.add(static_cast<std::int64_t>(node.parent));
  }
  seal.add(std::int64_t{node.element ? 1 : 0}).add(bytes_of(node.key));
  if (column == kUndecided) {
    seal.add_null();
  } else {
    seal.add(std::int64_t{column});
  }
  return seal.value();
}

bool PathTable::seal_holds(const Statement::Use& row) {
  RowSeal seal("path");
  for (int column = 0; column < 5; ++column) seal.add(row, column);
  return row.integer(5) == seal.value();
}

void PathTable::read(PathDictionary& dictionary, std::vector<std::int32_t>& columns) {
  Statement::Use use(list_);
  while (use.step()) {
    const std::int64_t id = use.integer(0);
    const std::int64_t column = use.integer(4);
    bool sound = seal_holds(use) && id == static_cast<std::int64_t>(columns.size()) &&
                 column >= kObjects && column <= static_cast<std::int64_t>(kMostColumns);
    if (id > 0 && sound) {
      const std::int64_t parent = use.integer(1);
      sound = parent >= 0 && parent < id;
      if (sound) {
        const auto from = static_cast<PathId>(parent);
        const ByteSpan key = use.blob(3);
        const PathId added =
            use.integer(2) != 0
                ? dictionary.intern_element(from)
                : dictionary.intern_key(from,
                                        {reinterpret_cast<const char*>(key.data()), key.size()});
        sound = added == static_cast<PathId>(id);
      }
    }
    if (!sound) {
      throw_corrupt("path " + std::to_string(id) + " of '" + table_ +
                    "' fails its checksum or contradicts the others");
    }
    columns.push_back(static_cast<std::int32_t>(column));
  }
}

std::int64_t PathTable::check(const std::function<void(std::string)>& fault) {
  std::int64_t seals = 0;
  Statement::Use use(list_);
  while (use.step()) {
    seals ^= use.integer(5);
    if (!seal_holds(use))
      fault("path " + std::to_string(use.integer(0)) + " of '" + table_ + "' fails its checksum");
  }
  return seals;
}

void PathTable::add(const PathDictionary& dictionary, PathId path, std::int32_t column) {
  const PathNode& node = dictionary[path];
  Statement::Use use(add_);
  use.bind(1, static_cast<std::int64_t>(path));
  if (path == kRootPath) {
    use.bind_null(2);
  } else {
    use.bind(2, static_cast<std::int64_t>(node.parent));
  }
  use.bind(3, static_cast<std::int64_t>(node.element ? 1 : 0)).bind(4, bytes_of(node.key));
  if (column == kUndecided) {
    use.bind_null(5);
  } else {
    use.bind(5, static_cast<std::int64_t>(column));
  }
  use.bind(6, seal(dictionary, path, column)).run();
}

void PathTable::set_column(const PathDictionary& dictionary, PathId path, std::int32_t column) {
  Statement::Use use(set_column_);
  use.bind(1, static_cast<std::int64_t>(path)).bind(2, static_cast<std::int64_t>(column));
  use.bind(3, seal(dictionary, path, column)).run();
}

}  // namespace arbors::store
