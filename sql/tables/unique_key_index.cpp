#include "sql/tables/unique_key_index.h"

#include <utility>

#include "sql/tables/key_bytes.h"

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

// The integer that a key is, as an integer or as a real.
std::optional<std::int64_t> integer_key(const TreeKey& key) {
  return key.values.size() == 1 ? whole_number(key.values.front()) : std::nullopt;
}

constexpr std::int64_t kReadAhead = 128;  // entries

std::string parameter(std::size_t number) { return "?" + std::to_string(number); }

}  // namespace

UniqueKeyIndex::UniqueKeyIndex(sqlite3* db, const Names& names, std::int64_t number,
                               KeyColumns columns)
    : columns_(std::move(columns)),
      paths_(db, names, number, columns_.parts().front().path),
      holder_(db, "SELECT rowid, value FROM " + key_table(names, number) + " WHERE " +
                      key_condition(columns_.parts().size()) + " AND rowid >= 0 LIMIT 1"),
      ahead_from_(db, "SELECT key, rowid, value FROM " + key_table(names, number) +
                          " WHERE key >= ?1 AND rowid >= 0 ORDER BY key, rowid LIMIT ?2"),
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
                          " HAVING count(*) > 1 ORDER BY min(rowid) LIMIT ?1"),
      batches_(db, key_table(names, number), columns_.parts().size()) {}

std::int64_t UniqueKeyIndex::create_table(sqlite3* db, const Names& names, std::int64_t number,
                                          const KeyColumns& columns) {
  while (table_exists(db, names, "index" + std::to_string(number))) ++number;
  const std::size_t parts = columns.parts().size();
  execute(db, "CREATE TABLE " + key_table(names, number) + "(" +
                  key_list(parts, " NOT NULL DEFAULT 0") +
                  ", rowid INTEGER NOT NULL, value, PRIMARY KEY (" + key_list(parts) +
                  ", rowid)) WITHOUT ROWID");
  return number;
}

void UniqueKeyIndex::bind(Statement::Use& use, const TreeKey& key) const {
  int at = 0;
  for (const Value& value : key.values) use.bind(++at, value);
}

// Texts and blobs come after all numbers; a real that is no integer is no integer's key.
void UniqueKeyIndex::read_ahead(std::int64_t key) {
  settle();
  KeysAhead ahead = std::exchange(ahead_, {});
  ahead.start(key);
  Statement::Use use(ahead_from_);
  use.bind(1, key).bind(2, kReadAhead);
  bool more = true;
  for (std::int64_t rows = 0; more; ++rows) {
    more = use.step() && (use.type(0) == SQLITE_INTEGER || use.type(0) == SQLITE_FLOAT);
    if (const auto integer = more ? whole_number(use.value(0)) : std::nullopt)
      ahead.append(
          {*integer, use.integer(1), use.is_null(2) ? std::nullopt : std::optional(use.value(2))});
    if (!more && rows < kReadAhead) ahead.end();
  }
  ahead_ = std::move(ahead);
}

std::optional<UniqueKeyIndex::Holder> UniqueKeyIndex::holder(const TreeKey& key) {
  const auto integer = integer_key(key);
  const bool ascends = integer && ahead_.ascends(*integer);
  if (ascends && !ahead_.covers(*integer)) read_ahead(*integer);
  if (integer && ahead_.covers(*integer)) {
    const KeysAhead::Entry* entry = ahead_.find(*integer);
    if (entry == nullptr) return std::nullopt;
    return Holder{entry->rowid, {key.values, entry->first.value_or(key.values.front())}};
  }
  if (batches_.lacks(key)) return std::nullopt;
  settle();
  Statement::Use use(holder_);
  bind(use, key);
  if (!use.step()) return std::nullopt;
  return Holder{use.integer(0), {key.values, use.is_null(1) ? key.values.front() : use.value(1)}};
}

void UniqueKeyIndex::add_entry(const TreeKey& key, std::int64_t rowid, bool is_value) {
  Statement::Use use(add_);
  bind(use, key);
  const int at = static_cast<int>(key.values.size());
  use.bind(at + 1, rowid);
  if (is_value)
    use.bind_null(at + 2);
  else
    use.bind(at + 2, key.first);
  use.run();
}

// What is read ahead is put aside meanwhile: nobody knows what an entry that fails has left.
void UniqueKeyIndex::add(const TreeKey& key, std::int64_t rowid) {
  const std::vector<Value> others = other_keys(key);
  const auto integer = integer_key(key);
  const bool known = !integer || !ahead_.covers(*integer) || ahead_.takes(*integer);
  KeysAhead ahead = std::exchange(ahead_, {});
  batches_.note(key);
  if (integer && others.empty()) {
    waiting_.push_back({key.values.front(), rowid});
    if (waiting_.size() >= PathIndex::Writer::kTogether) settle();
  } else {
    add_entry(key, rowid, others.empty());
    for (const Value& other : others) paths_.add_entry(other, ~rowid);
  }
  if (!known) return;
  if (integer && ahead.takes(*integer))
    ahead.append({*integer, rowid, others.empty() ? std::nullopt : std::optional(key.first)});
  ahead_ = std::move(ahead);
}

bool UniqueKeyIndex::holds_any(KeyRun& keys, bool utf8) {
  settle_rows();
  return batches_.holds_any(keys, utf8);
}

void UniqueKeyIndex::add(KeyRun keys, std::size_t most) {
  ahead_.forget();
  batches_.add(std::move(keys), most);
}

void UniqueKeyIndex::forget() {
  ahead_.forget();
  waiting_.clear();
  batches_.forget();
}

void UniqueKeyIndex::clear() {
  forget();
  paths_.clear();
}

void UniqueKeyIndex::settle() {
  batches_.write();
  settle_rows();
}

// What fails waits on, for SQLite may undo none of it: entries that are there already are ignored.
void UniqueKeyIndex::settle_rows() {
  if (waiting_.empty()) return;
  std::vector<Waiting> entries = std::exchange(waiting_, {});
  try {
    PathIndex::Writer writer(paths_);
    for (const Waiting& entry : entries) writer.add(entry.key, entry.rowid);
    writer.finish();
  } catch (...) {
    waiting_ = std::move(entries);
    throw;
  }
}

void UniqueKeyIndex::remove(const TreeKey& key, std::int64_t rowid) {
  if (const auto integer = integer_key(key); integer && ahead_.covers(*integer)) ahead_.forget();
  settle();
  {
    Statement::Use use(remove_);
    bind(use, key);
    use.bind(static_cast<int>(key.values.size()) + 1, rowid).run();
  }
  for (const Value& other : other_keys(key)) paths_.remove_entry(other, ~rowid);
}

bool UniqueKeyIndex::holds(const TreeKey& key, std::int64_t rowid) {
  settle();
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

std::uint64_t UniqueKeyIndex::entries_of(const TreeKey& key) { return 1 + other_keys(key).size(); }

std::vector<UniqueKeyIndex::Duplicate> UniqueKeyIndex::duplicates(std::size_t most) {
  settle();
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
