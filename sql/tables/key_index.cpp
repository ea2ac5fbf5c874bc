#include "sql/tables/key_index.h"

namespace arbors::store {

namespace {

std::string key_table(const Names& names, std::int64_t number) {
  return names("index" + std::to_string(number));
}

// `key, key2, key3`, each followed by `after`.
std::string key_list(std::size_t parts, const std::string& after = {}) {
  std::string list = "key" + after;
  for (std::size_t part = 2; part <= parts; ++part) list += ", key" + std::to_string(part) + after;
  return list;
}

// `key = ?1 AND key2 = ?2`
std::string key_condition(std::size_t parts) {
  std::string condition = "key = ?1";
  for (std::size_t part = 2; part <= parts; ++part)
    condition += " AND key" + std::to_string(part) + " = ?" + std::to_string(part);
  return condition;
}

std::string parameters(std::size_t count) {
  std::string list = "?1";
  for (std::size_t at = 2; at <= count; ++at) list += ", ?" + std::to_string(at);
  return list;
}

// What a row stands under besides its key.
std::vector<Value> other_keys(const TreeKey& key) {
  std::vector<Value> others;
  for (Value& other : value_keys(key.first))
    if (compare(other, key.values.front()) != 0) others.push_back(std::move(other));
  return others;
}

std::string parameter(std::size_t number) { return "?" + std::to_string(number); }

}  // namespace

KeyIndex::KeyIndex(sqlite3* db, const Names& names, std::int64_t number, KeyColumns columns)
    : columns_(std::move(columns)),
      paths_(db, names, number, columns_.parts().front().path),
      holder_(db, "SELECT rowid, value FROM " + key_table(names, number) + " WHERE " +
                      key_condition(columns_.parts().size()) + " AND rowid >= 0 LIMIT 1"),
      add_(db, "INSERT OR IGNORE INTO " + key_table(names, number) + "(" +
                   key_list(columns_.parts().size()) + ", rowid, value) VALUES (" +
                   parameters(columns_.parts().size() + 2) + ")"),
      remove_(db, "DELETE FROM " + key_table(names, number) + " WHERE " +
                      key_condition(columns_.parts().size()) +
                      " AND rowid = " + parameter(columns_.parts().size() + 1)),
      holds_(db, "SELECT value FROM " + key_table(names, number) + " WHERE " +
                     key_condition(columns_.parts().size()) +
                     " AND rowid = " + parameter(columns_.parts().size() + 1)),
      duplicates_(db, "SELECT " + key_list(columns_.parts().size()) +
                          ", min(rowid), max(rowid) FROM " + key_table(names, number) +
                          " WHERE rowid >= 0 GROUP BY " + key_list(columns_.parts().size()) +
                          " HAVING count(*) > 1 ORDER BY min(rowid) LIMIT ?1") {}

std::int64_t KeyIndex::create_table(sqlite3* db, const Names& names, std::int64_t number,
                                    const KeyColumns& columns) {
  while (table_exists(db, names, "index" + std::to_string(number))) ++number;
  const std::size_t parts = columns.parts().size();
  execute(db, "CREATE TABLE " + key_table(names, number) + "(" +
                  key_list(parts, " NOT NULL DEFAULT 0") +
                  ", rowid INTEGER NOT NULL, value, PRIMARY KEY (" + key_list(parts) +
                  ", rowid)) WITHOUT ROWID");
  return number;
}

void KeyIndex::bind(Statement::Use& use, const TreeKey& key) const {
  int at = 0;
  for (const Value& value : key.values) use.bind(++at, value);
}

std::optional<KeyIndex::Holder> KeyIndex::holder(const TreeKey& key) {
  Statement::Use use(holder_);
  bind(use, key);
  if (!use.step()) return std::nullopt;
  return Holder{use.integer(0), {key.values, use.is_null(1) ? key.values.front() : use.value(1)}};
}

void KeyIndex::add(const TreeKey& key, std::int64_t rowid) {
  const std::vector<Value> others = other_keys(key);
  {
    Statement::Use use(add_);
    bind(use, key);
    const int at = static_cast<int>(key.values.size());
    use.bind(at + 1, rowid);
    if (others.empty())
      use.bind_null(at + 2);
    else
      use.bind(at + 2, key.first);
    use.run();
  }
  for (const Value& other : others) paths_.add_entry(other, ~rowid);
}

void KeyIndex::remove(const TreeKey& key, std::int64_t rowid) {
  {
    Statement::Use use(remove_);
    bind(use, key);
    use.bind(static_cast<int>(key.values.size()) + 1, rowid).run();
  }
  for (const Value& other : other_keys(key)) paths_.remove_entry(other, ~rowid);
}

bool KeyIndex::holds(const TreeKey& key, std::int64_t rowid) {
  const std::vector<Value> others = other_keys(key);
  {
    Statement::Use use(holds_);
    bind(use, key);
    use.bind(static_cast<int>(key.values.size()) + 1, rowid);
    if (!use.step() || use.is_null(0) != others.empty()) return false;
    if (!others.empty() && compare(use.value(0), key.first) != 0) return false;
  }
  for (const Value& other : others)
    if (!paths_.holds(other, ~rowid)) return false;
  return true;
}

std::uint64_t KeyIndex::entries_of(const TreeKey& key) { return 1 + other_keys(key).size(); }

std::vector<KeyIndex::Duplicate> KeyIndex::duplicates(std::size_t most) {
  std::vector<Duplicate> found;
  Statement::Use use(duplicates_);
  use.bind(1, static_cast<std::int64_t>(most));
  const int parts = static_cast<int>(columns_.parts().size());
  while (use.step()) {
    Duplicate duplicate{{}, use.integer(parts), use.integer(parts + 1)};
    for (int part = 0; part < parts; ++part) duplicate.values.push_back(use.value(part));
    found.push_back(std::move(duplicate));
  }
  return found;
}

}  // namespace arbors::store
