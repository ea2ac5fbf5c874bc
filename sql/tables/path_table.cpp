#include "sql/tables/path_table.h"

#include "sql/tables/options.h"
#include "sql/tables/row_seal.h"

namespace arbors::store {

namespace {

struct Cell {
  bool null = true;
  std::int64_t integer = 0;
};

Cell integer_cell(std::int64_t integer) { return {false, integer}; }

// A row of the table, each of its cells read once.
struct PathRow {
  Cell id, parent, element, column, seal;
  ByteSpan key;
  bool sound = true;  // all are integers or NULL, but for the key
};

PathRow read_row(const Statement::Use& use) {
  PathRow row;
  const Statement::Use::Cell key = use.cell(3);
  row.sound = key.type() == SQLITE_BLOB;
  const auto cell = [&](int at) {
    const Statement::Use::Cell stored = use.cell(at);
    if (const auto integer = stored.integer_alone()) return integer_cell(*integer);
    row.sound = row.sound && stored.is_null();
    return Cell();
  };
  row.id = cell(0);
  row.parent = cell(1);
  row.element = cell(2);
  row.key = key.blob();
  row.column = cell(4);
  row.seal = cell(5);
  return row;
}

void add(RowSeal& seal, const Cell& cell) {
  if (cell.null) {
    seal.add_null();
  } else {
    seal.add(cell.integer);
  }
}

std::int64_t seal_of(const PathRow& row) {
  RowSeal seal("path");
  add(seal, row.id);
  add(seal, row.parent);
  add(seal, row.element);
  seal.add(row.key);
  add(seal, row.column);
  return seal.value();
}

// Adds the path of a row to those before it; false where it contradicts them.
bool take_step(const PathRow& row, PathDictionary& dictionary) {
  const std::int64_t path = row.id.integer, parent = row.parent.integer;
  if (row.parent.null || parent < 0 || parent >= path) return false;
  const auto above = static_cast<PathId>(parent);
  const PathId added = row.element.integer != 0 ? dictionary.intern_element(above)
                                                : dictionary.intern_key(above, text_of(row.key));
  return added == path;
}

}  // namespace

PathTable::PathTable(sqlite3* db, const Names& names)
    : table_(names.table),
      quoted_(names("path")),
      list_(db, quoted_, "SELECT +id, +parent, +element, +key, +column, +seal FROM @ ORDER BY id"),
      add_(db, quoted_,
           "INSERT INTO @(id, parent, element, key, column, seal) "
           "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
      set_column_(db, quoted_, "UPDATE @ SET column = ?2, seal = ?3 WHERE id = ?1") {}

std::int64_t PathTable::seal(const PathDictionary& dictionary, PathId path, std::int32_t column) {
  const PathNode& node = dictionary[path];
  PathRow row;
  row.id = integer_cell(path);
  if (path != kRootPath) row.parent = integer_cell(node.parent);
  row.element = integer_cell(node.element ? 1 : 0);
  row.key = bytes_of(node.key);
  if (column != kUndecided) row.column = integer_cell(column);
  return seal_of(row);
}

bool PathTable::seal_holds(const Statement::Use& row) {
  RowSeal seal("path");
  for (int column = 0; column < 5; ++column) seal.add(row.cell(column));
  return row.integer(5) == seal.value();
}

std::int64_t PathTable::read(PathDictionary& dictionary, std::vector<std::int32_t>& columns) {
  std::int64_t seals = 0;
  Statement::Use use(list_);
  while (use.step()) {
    const auto path = static_cast<std::int64_t>(columns.size());
    const PathRow row = read_row(use);
    const std::int64_t column = row.column.integer;
    const bool sound = row.sound && !row.id.null && row.id.integer == path &&
                       row.seal.integer == seal_of(row) && column >= kObjects &&
                       column <= static_cast<std::int64_t>(kMostColumns) &&
                       (path == kRootPath || take_step(row, dictionary));
    if (!sound) {
      throw_corrupt("path " + std::to_string(row.id.integer) + " of '" + table_ +
                    "' fails its checksum or contradicts the others");
    }
    columns.push_back(static_cast<std::int32_t>(column));
    seals ^= row.seal.integer;
  }
  return seals;
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
