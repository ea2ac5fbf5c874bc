#include "sql/tables/key_batches.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/text_table.h"
#include "sql/tables/key_bytes.h"
#include "sql/tables/merged_runs.h"
#include "sql/tables/path_index.h"

namespace arbors::store {

namespace {

constexpr std::size_t kTogether = PathIndex::Writer::kTogether;  // entries of a statement

// `name, name2, name3`
std::string numbered(std::string_view name, std::size_t parts) {
  std::string list(name);
  for (std::size_t part = 2; part <= parts; ++part)
    list.append(", ").append(name) += std::to_string(part);
  return list;
}

// `(?1, ?2), (?3, ?4)`: so many rows of so many parameters, from a number on.
std::string parameter_rows(std::size_t rows, std::size_t count, std::size_t from = 1) {
  std::string list;
  for (std::size_t at = 0; at < count * rows; ++at) {
    list += at % count != 0 ? ", ?" : at == 0 ? "(?" : "), (?";
    list += std::to_string(from + at);
  }
  return list + ")";
}

std::string insert_entries(const std::string& table, std::size_t parts, std::size_t rows) {
  return "INSERT OR IGNORE INTO " + table + "(" + numbered("key", parts) +
         ", rowid, value) VALUES " + parameter_rows(rows, parts + 2);
}

std::string select_between(const std::string& table, std::size_t parts) {
  const std::string keys = "(" + numbered("key", parts) + ")";
  return "SELECT 1 FROM " + table + " WHERE " + keys + " >= " + parameter_rows(1, parts) + " AND " +
         keys + " <= " + parameter_rows(1, parts, parts + 1) + " LIMIT 1";
}

std::string select_one_of(const std::string& table, std::size_t parts, std::size_t keys) {
  std::string sql = "SELECT 1 FROM (VALUES " + parameter_rows(keys, parts) + ") CROSS JOIN " +
                    table + " ON key = column1";
  for (std::size_t part = 2; part <= parts; ++part)
    sql += " AND key" + std::to_string(part) + " = column" + std::to_string(part);
  return sql + " AND rowid >= 0 LIMIT 1";
}

std::uint64_t hash_of(const TreeKey& key) {
  std::string bytes;
  for (const Value& value : key.values) append_key_part(bytes, value);
  return batch::hash_text(bytes);
}

// Tells whether a statement failed for the host's limits, which have no room for so long a one.
bool is_too_long(const SqliteError& error) {
  return error.result() == SQLITE_ERROR || error.result() == SQLITE_TOOBIG;
}

}  // namespace

// Collects entries for one statement: one for each costs three times as much.
class KeyBatches::Writer {
 public:
  explicit Writer(KeyBatches& owner) : owner_(owner) {
    for (KeyRun::Entry& entry : entries_) entry.key.resize(owner.parts_);
  }

  void add(const KeyRun& run, std::size_t at) {
    run.read(at, entries_[count_++]);
    if (count_ == entries_.size()) finish();
  }

  void finish() {
    const std::size_t count = std::exchange(count_, 0);
    if (count == kTogether && write_together()) return;
    for (std::size_t at = 0; at < count; ++at) {
      Statement::Use use(owner_.add_);
      bind(use, 0, entries_[at]);
      use.run();
    }
  }

 private:
  static int bind(Statement::Use& use, int at, const KeyRun::Entry& entry) {
    for (const Value& part : entry.key) use.bind(++at, part);
    use.bind(++at, entry.rowid);
    ++at;
    if (!entry.value.is_null()) use.bind(at, entry.value);
    return at;
  }

  bool write_together() {
    try {
      Statement::Use use(owner_.add_together_);
      int at = 0;
      for (const KeyRun::Entry& entry : entries_) at = bind(use, at, entry);
      use.run();
    } catch (const SqliteError& error) {
      if (!is_too_long(error)) throw;
      return false;
    }
    return true;
  }

  KeyBatches& owner_;
  std::array<KeyRun::Entry, kTogether> entries_;
  std::size_t count_ = 0;
};

KeyBatches::KeyBatches(sqlite3* db, const std::string& table, std::size_t parts)
    : parts_(parts),
      add_(db, insert_entries(table, parts, 1)),
      add_together_(db, insert_entries(table, parts, kTogether)),
      any_(db, "SELECT 1 FROM " + table + " LIMIT 1"),
      between_(db, select_between(table, parts)),
      one_(db, select_one_of(table, parts, 1)),
      one_of_(db, select_one_of(table, parts, kTogether)) {}

void KeyBatches::forget() {
  runs_.clear();
  held_ = 0;
  hashes_.clear();
  hashes_keys_ = knows_all_ = false;
}

// What fails waits on, for SQLite may undo none of it: entries that are there already are ignored.
void KeyBatches::write() {
  if (runs_.empty()) return;
  const std::size_t held = std::exchange(held_, 0);
  std::vector<KeyRun> runs = std::exchange(runs_, {});
  try {
    Writer writer(*this);
    PolledSteps steps;
    std::string_view last;  // no key has no bytes
    may_repeat_ |= std::exchange(has_written_, true);
    walk_merged(runs, [&](const KeyRun& run, std::size_t at) {
      writer.add(run, at);
      steps.step(kStepsAnEntry);
      if (!run.is_key(at)) return;
      may_repeat_ |= run[at] == last;
      last = run[at];
    });
    writer.finish();
  } catch (...) {
    runs_ = std::move(runs);
    held_ = held;
    throw;
  }
}

void KeyBatches::add(KeyRun keys, std::size_t most) {
  if (keys.size() == 0) return;
  if (hashes_keys_) add_hashes(keys.hashes(), most / 2);
  keys.drop_hashes();
  held_ += keys.memory();
  runs_.push_back(std::move(keys));
  if (held_ + hashes_.memory() >= most) write();
}

// Those of what is written are let go of where there is no room for all.
void KeyBatches::add_hashes(const std::vector<std::uint64_t>& hashes, std::size_t most) {
  if (hashes_.memory_with(hashes.size()) > most) {
    write();
    hashes_.clear();
    knows_all_ = false;
  }
  hashes_.add(hashes);
}

// From here on the hashes of what is added are known: of an index that is empty, those of all keys.
void KeyBatches::begin_to_hash() {
  if (hashes_keys_) return;
  write();
  Statement::Use use(any_);
  knows_all_ = !use.step();
  hashes_keys_ = true;
}

bool KeyBatches::lacks(const TreeKey& key) const {
  if (!knows_all_) return false;
  const std::uint64_t hash = hash_of(key);
  return !hashes_.has_any({&hash, 1});
}

void KeyBatches::note(const TreeKey& key) {
  if (!knows_all_) return;
  const std::uint64_t hash = hash_of(key);
  hashes_.add({&hash, 1});
}

bool KeyBatches::holds_any(KeyRun& keys, bool utf8) {
  if (keys.size() == 0) return false;
  if (keys.repeats()) return true;
  begin_to_hash();
  const bool may_wait = hashes_.has_any(keys.hashes());
  if (may_wait) write();
  if (!may_wait && knows_all_) return false;
  return (!utf8 || finds_between(keys)) && finds_any(keys);
}

// Tells whether anything stands from a run's first to its last entry.
bool KeyBatches::finds_between(const KeyRun& keys) {
  std::vector<Value> first(parts_), last(parts_);
  keys.read_key(0, first);
  keys.read_key(keys.size() - 1, last);
  Statement::Use use(between_);
  int at = 0;
  for (const std::vector<Value>* key : {&first, &last})
    for (const Value& part : *key) use.bind(++at, part);
  return use.step();
}

// The last keys, of which there are fewer, stand with some of those before.
bool KeyBatches::finds_any(const KeyRun& keys) {
  std::vector<std::vector<Value>> some(kTogether, std::vector<Value>(parts_));
  std::size_t count = 0;
  PolledSteps steps;
  for (std::size_t at = 0; at < keys.size(); ++at, steps.step(kStepsAnEntry)) {
    if (!keys.is_key(at)) continue;
    keys.read_key(at, some[count++]);
    if (count < kTogether) continue;
    if (finds_one_of(some)) return true;
    count = 0;
  }
  return count > 0 && finds_one_of(some);
}

// A key of NULLs, of a run that has few, is none.
bool KeyBatches::finds_one_of(std::span<const std::vector<Value>> keys) {
  const auto find = [](Statement& statement, std::span<const std::vector<Value>> of) {
    Statement::Use use(statement);
    int parameter = 0;
    for (const std::vector<Value>& key : of)
      for (const Value& part : key) use.bind(++parameter, part);
    return use.step();
  };
  try {
    return find(one_of_, keys);
  } catch (const SqliteError& error) {
    if (!is_too_long(error)) throw;
  }
  return std::ranges::any_of(keys, [&](const std::vector<Value>& key) {
    return find(one_, {&key, 1});
  });
}

}  // namespace arbors::store
