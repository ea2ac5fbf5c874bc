#include "sql/path_table.h"

#include "sql/options.h"

namespace arbors::store {

PathTable::PathTable(sqlite3* db, const Names& names)
    : table_(names.table),
      list_(db, "SELECT id, parent, element, key, column FROM " + names("path") +
                    " WHERE id >= ?1 ORDER BY id"),
      last_(db, "SELECT max(id) FROM " + names("path")),
      add_(db, "INSERT INTO " + names("path") +
                   "(id, parent, element, key, column) VALUES (?1, ?2, ?3, ?4, ?5)"),
      set_column_(db, "UPDATE " + names("path") + " SET column = ?2 WHERE id = ?1") {}

void PathTable::read_new(PathDictionary& dictionary, std::vector<std::int32_t>& columns) {
  Statement::Use use(list_);
  use.bind(1, static_cast<std::int64_t>(columns.size()));
  while (use.step()) {
    const std::int64_t id = use.integer(0);
    const std::int64_t column = use.integer(4);
    bool sound = id == static_cast<std::int64_t>(columns.size()) && column >= kNever &&
                 column <= static_cast<std::int64_t>(kMostColumns);
    if (id > 0 && sound) {
      const std::int64_t parent = use.integer(1);
      sound = parent >= 0 && parent < id;
      if (sound) {
        const auto from = static_cast<PathId>(parent);
        const PathId added = use.integer(2) != 0 ? dictionary.intern_element(from)
                                                 : dictionary.intern_key(from, use.text(3));
        sound = added == static_cast<PathId>(id);
      }
    }
    if (!sound) {
      throw_corrupt("path " + std::to_string(id) + " of '" + table_ + "' contradicts the others");
    }
    columns.push_back(static_cast<std::int32_t>(column));
  }
}

std::size_t PathTable::size() {
  Statement::Use use(last_);
  return use.step() && !use.is_null(0) ? static_cast<std::size_t>(use.integer(0)) + 1 : 0;
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
  use.bind(3, static_cast<std::int64_t>(node.element ? 1 : 0)).bind(4, std::string_view(node.key));
  if (column == kUndecided) {
    use.bind_null(5);
  } else {
    use.bind(5, static_cast<std::int64_t>(column));
  }
  use.run();
}

void PathTable::set_column(PathId path, std::int32_t column) {
  Statement::Use use(set_column_);
  use.bind(1, static_cast<std::int64_t>(path)).bind(2, static_cast<std::int64_t>(column)).run();
}

}  // namespace arbors::store
