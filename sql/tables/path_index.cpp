#include "sql/tables/path_index.h"

#include <string>
#include <utility>

namespace arbors::store {

namespace {

std::string table_of(const Names& names, std::int64_t number) {
  return names("index" + std::to_string(number));
}

const std::string& add_together() {
  static const std::string text = [] {
    std::string list;
    for (std::size_t at = 1; at <= 2 * PathIndex::Writer::kTogether; at += 2)
      list += (at > 1 ? ", (?" : "(?") + std::to_string(at) + ", ?" + std::to_string(at + 1) + ")";
    return "INSERT OR IGNORE INTO @(key, rowid) VALUES " + list;
  }();
  return text;
}

std::int64_t row_of_entry(std::int64_t rowid) { return rowid < 0 ? ~rowid : rowid; }

}  // namespace

PathIndex::PathIndex(sqlite3* db, const Names& names, std::int64_t number, Path path)
    : number_(number),
      path_(std::move(path)),
      quoted_(table_of(names, number)),
      add_(db, quoted_, "INSERT OR IGNORE INTO @(key, rowid) VALUES (?1, ?2)"),
      add_together_(db, quoted_, add_together()),
      remove_(db, quoted_, "DELETE FROM @ WHERE key = ?1 AND rowid = ?2"),
      clear_(db, quoted_, "DELETE FROM @"),
      equal_(db, quoted_, "SELECT rowid FROM @ WHERE key = ?1"),
      between_(db, quoted_, "SELECT rowid FROM @ WHERE key BETWEEN ?1 AND ?2"),
      holds_(db, quoted_, "SELECT 1 FROM @ WHERE key = ?1 AND rowid = ?2"),
      count_(db, quoted_, "SELECT count(*) FROM @"),
      walks_{
          {{{{db, quoted_, "SELECT key, rowid FROM @ WHERE key >= ?1 AND key <= ?2 ORDER BY key"},
             {db, quoted_, "SELECT key, rowid FROM @ WHERE key > ?1 AND key <= ?2 ORDER BY key"}}},
           {{{db, quoted_,
              "SELECT key, rowid FROM @ WHERE key >= ?1 AND key <= ?2 ORDER BY key DESC"},
             {db, quoted_,
              "SELECT key, rowid FROM @ WHERE key >= ?1 AND key < ?2 ORDER BY key DESC"}}}}} {}

void PathIndex::create_table(sqlite3* db, const Names& names, std::int64_t number) {
  const std::string table = table_of(names, number);
  execute(db, "CREATE TABLE IF NOT EXISTS " + table +
                  "(key, rowid INTEGER, PRIMARY KEY (key, rowid)) WITHOUT ROWID");
  execute(db, "DELETE FROM " + table);
}

void PathIndex::drop_table(sqlite3* db, const Names& names, std::int64_t number) {
  const std::string table = table_of(names, number);
  const int result = sqlite3_exec(db, ("DROP TABLE " + table).c_str(), nullptr, nullptr, nullptr);
  // Where undoing the DROP failed, all is rolled back, and a DELETE would stand alone.
  const bool rolled_back = sqlite3_get_autocommit(db) != 0;
  if ((result & 0xff) == SQLITE_LOCKED && !rolled_back) return execute(db, "DELETE FROM " + table);
  if (result != SQLITE_OK) throw_sqlite(db, result, "dropping an index");
}

void PathIndex::add_entry(const Value& key, std::int64_t rowid) {
  Statement::Use use(add_);
  use.bind(1, key).bind(2, rowid).run();
}

void PathIndex::Writer::Entry::bind(Statement::Use& use, int at) const {
  if (value != nullptr) {
    use.bind(at, *value);
  } else {
    use.bind(at, text);
  }
  use.bind(at + 1, rowid);
}

// False where the host's limits have no room for so long a statement.
bool PathIndex::Writer::write_together() {
  try {
    Statement::Use use(index_.add_together_);
    for (std::size_t at = 0; at < kTogether; ++at)
      entries_[at].bind(use, static_cast<int>(2 * at + 1));
    use.run();
  } catch (const SqliteError& error) {
    if (error.result() != SQLITE_ERROR && error.result() != SQLITE_TOOBIG) throw;
    return false;
  }
  return true;
}

void PathIndex::Writer::finish() {
  const std::size_t count = std::exchange(count_, 0);
  if (count == kTogether && write_together()) return;
  for (std::size_t at = 0; at < count; ++at) {
    Statement::Use use(index_.add_);
    entries_[at].bind(use, 1);
    use.run();
  }
}

void PathIndex::remove_entry(const Value& key, std::int64_t rowid) {
  Statement::Use use(remove_);
  use.bind(1, key).bind(2, rowid).run();
}

void PathIndex::clear() {
  Statement::Use use(clear_);
  use.run();
}

bool PathIndex::collect(Statement::Use& use, std::size_t most, std::vector<std::int64_t>& rowids) {
  while (use.step()) {
    if (rowids.size() >= most) return false;
    rowids.push_back(row_of_entry(use.integer(0)));
  }
  return true;
}

bool PathIndex::find(const KeyRange& range, std::size_t most, std::vector<std::int64_t>& rowids) {
  if (range.low.kind == range.high.kind && compare(range.low, range.high) == 0) {
    Statement::Use use(equal_);
    use.bind(1, range.low);
    return collect(use, most, rowids);
  }
  Statement::Use use(between_);
  use.bind(1, range.low).bind(2, range.high);
  return collect(use, most, rowids);
}

bool PathIndex::walk(const KeyRange& range, bool descending, bool beyond, std::size_t wanted,
                     std::size_t most, exec::KeyRun& run) {
  Statement::Use use(walks_[descending ? 1 : 0][beyond ? 1 : 0]);
  use.bind(1, range.low).bind(2, range.high);
  Value& last = descending ? run.keys.low : run.keys.high;
  while (use.step()) {
    Value key = use.value(0);
    if (run.rowids.size() >= wanted && compare(key, last) != 0) return true;
    if (run.rowids.size() >= most) return false;
    if (run.rowids.empty()) (descending ? run.keys.high : run.keys.low) = key;
    last = std::move(key);
    run.rowids.push_back(row_of_entry(use.integer(1)));
  }
  return true;
}

bool PathIndex::holds(const Value& key, std::int64_t rowid) {
  Statement::Use use(holds_);
  return use.bind(1, key).bind(2, rowid).step();
}

std::uint64_t PathIndex::entries() {
  Statement::Use use(count_);
  return use.step() ? static_cast<std::uint64_t>(use.integer(0)) : 0;
}

}  // namespace arbors::store
