// The unique key: conflicts of rowids and keys, and the key's index
// (sql/tables/unique_key_index.h), which is kept up like any other.
#include <algorithm>
#include <functional>

#include "engine/base/interrupt.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/json/edit/merge_patch.h"
#include "engine/json/values/writer.h"
#include "sql/access/sqlite_error.h"
#include "sql/batches/stored_batch.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

constexpr std::size_t kDuplicatesNamed = 3;
// Of a transaction's replacements by key the first ones are told from what is there, so that values
// alone are logged and folded where only these differ. A stream of them rewrites most of what it
// touches anyway, and does without reading the old trees, which takes a third off its time.
constexpr std::uint64_t kFewReplacements = 1024;
constexpr std::size_t kSortedKeys = 1 << 18;  // added at once while a key is made
constexpr std::uint64_t kStepsAKey = 32;      // of polling

struct KeyEntry {
  TreeKey key;
  std::int64_t rowid;
};

int compare_keys(const TreeKey& left, const TreeKey& right) {
  for (std::size_t at = 0; at < left.values.size(); ++at) {
    if (const int order = compare(left.values[at], right.values[at]); order != 0) return order;
  }
  return 0;
}

void sort_entries(std::vector<KeyEntry>& entries) {
  PolledCompare less([](const KeyEntry& left, const KeyEntry& right) {
    const int order = compare_keys(left.key, right.key);
    return order != 0 ? order < 0 : left.rowid < right.rowid;
  });
  std::sort(entries.begin(), entries.end(), std::ref(less));
}

void add_all(UniqueKeyIndex& index, std::vector<KeyEntry>& entries) {
  sort_entries(entries);
  PolledSteps steps;
  for (const KeyEntry& entry : entries) {
    index.add(entry.key, entry.rowid);
    steps.step(kStepsAKey);
  }
  entries.clear();
}

std::vector<std::uint32_t> live_rows(const exec::Segment& segment) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < segment.rows; ++row)
    if (segment.is_live(row)) rows.push_back(segment.first_row + row);
  return rows;
}

// Reads the keys of a segment's live rows; a tree that has none is named.
void read_keys(batch::BatchReader& batch, const exec::Segment& segment, const KeyColumns& columns,
               const std::string& table, std::vector<KeyEntry>& entries) {
  const std::vector<std::uint32_t> rows = live_rows(segment);
  const KeyReader keys(batch, columns, rows);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const std::int64_t rowid = segment.rowid(rows[at] - segment.first_row);
    try {
      entries.push_back({keys.at(at, table), rowid});
    } catch (const SqliteError& error) {
      throw SqliteError(error.result(),
                        std::string(error.what()) + ", at rowid " + std::to_string(rowid));
    }
  }
}

std::string key_text(const UniqueKeyIndex::Duplicate& duplicate) {
  std::string text;
  for (const Value& value : duplicate.values) {
    if (!text.empty()) text += ", ";
    if (value.kind == ValueKind::Integer) {
      json::write_integer(text, value.integer);
    } else if (value.kind == ValueKind::Real) {
      json::write_real(text, value.real);
    } else if (value.kind == ValueKind::Text) {
      json::write_string(text, value.text);
    } else {
      text += value.text;  // the digits of an integer
    }
  }
  return text;
}

}  // namespace

void Store::Impl::refuse_rowid(std::int64_t rowid) const {
  throw SqliteError(SQLITE_CONSTRAINT_ROWID, "rowid " + std::to_string(rowid) + " of '" +
                                                 names_.table + "' is taken or out of range");
}

void Store::Impl::refuse_duplicate() const {
  throw SqliteError(SQLITE_CONSTRAINT_UNIQUE,
                    "UNIQUE constraint failed: " + key_->columns().columns_of(names_.table));
}

// The rowid for a new tree: the given one, which may be taken, or the next.
std::int64_t Store::Impl::rowid_for(std::optional<std::int64_t> given) const {
  if (!given && counts_.next_rowid == INT64_MAX)
    throw Error(ErrorCode::Limit, "'" + names_.table + "' has no rowids left");
  if (given == INT64_MAX) refuse_rowid(*given);
  return given.value_or(counts_.next_rowid);
}

Placed Store::Impl::place(std::string_view tree, std::optional<std::int64_t> rowid,
                          OnConflict on_conflict) {
  require_transaction();
  refresh();
  const std::int64_t placed = rowid_for(rowid);
  std::string text = normalizer_.normalize(tree);
  IndexedRow row = row_to_index(text);
  const auto holder = key_ != nullptr ? key_->holder(*row.key) : std::nullopt;
  if (holder && (!rowid || placed == holder->rowid))
    return settle_conflict(*holder, std::move(text), std::move(row), on_conflict);
  const bool taken = rowid && state_->contains(placed);
  if (holder || taken) {
    if (on_conflict == OnConflict::Ignore) return {placed, Placed::As::Ignored};
    if (on_conflict != OnConflict::Replace && taken) refuse_rowid(placed);
    if (on_conflict != OnConflict::Replace) refuse_duplicate();
  }
  if (holder) erase(holder->rowid);
  if (taken) erase(placed);
  insert(text, placed, std::move(row));
  return {placed, holder ? Placed::As::Replaced : Placed::As::Added};
}

// The holder has the tree's key, and its rowid where one was given.
Placed Store::Impl::settle_conflict(const UniqueKeyIndex::Holder& holder, std::string text,
                                    IndexedRow row, OnConflict on_conflict) {
  if (on_conflict == OnConflict::Error) refuse_duplicate();
  if (on_conflict == OnConflict::Ignore) return {holder.rowid, Placed::As::Ignored};
  if (on_conflict == OnConflict::Merge) {
    text = json::merge_patch(tree(holder.rowid).value_or("{}"), text);
    row = row_to_index(text);
  }
  const bool few = own_removed_ < kFewReplacements;
  const std::optional<std::string> held = few ? tree(holder.rowid) : std::nullopt;
  if (!held || !replace_values(holder.rowid, *held, text)) {
    const IndexedRow before = indexed_row(holder.rowid, holder.key);
    put(holder.rowid, text, before, row);
  }
  return {holder.rowid, Placed::As::Replaced};
}

std::int64_t Store::Impl::insert(std::string_view text, std::int64_t rowid, IndexedRow row) {
  Change change(*this, rowid);
  generation_for_write();
  state_->insert(rowid, text);
  buffered_.push_back({Op::Insert, rowid, state_->texts().size() - 1});
  index_row(rowid, row);
  counts_.next_rowid = std::max(counts_.next_rowid, rowid + 1);
  ++own_added_;
  fold_when_full();
  change.done();
  return rowid;
}

bool Store::Impl::move(std::int64_t rowid, std::string_view tree, std::int64_t new_rowid,
                       OnConflict on_conflict) {
  require_transaction();
  refresh();
  if (!state_->contains(rowid)) return false;
  std::string text = normalizer_.normalize(tree);
  IndexedRow row = row_to_index(text);
  if (new_rowid == INT64_MAX) refuse_rowid(new_rowid);
  const bool taken = state_->contains(new_rowid);
  if (taken && on_conflict != OnConflict::Replace) refuse_rowid(new_rowid);
  if (row.key) claim_key(*row.key, rowid, on_conflict);
  erase(new_rowid);
  insert(text, new_rowid, IndexedRow(row));
  return erase(rowid);
}

void Store::Impl::claim_key(const TreeKey& key, std::int64_t rowid, OnConflict on_conflict) {
  const auto holder = key_->holder(key);
  if (!holder || holder->rowid == rowid) return;
  if (on_conflict != OnConflict::Replace) refuse_duplicate();
  erase(holder->rowid);
}

void Store::Impl::set_key(const std::string& paths) {
  require_transaction();
  refresh();
  if (paths.empty()) {
    if (key_ == nullptr) return;
  } else {
    const KeyColumns columns(paths, options_.declared);
    if (key_ != nullptr && key_->columns().text() == columns.text()) return;
    make_key(columns);
  }
  const std::unique_ptr<UniqueKeyIndex> old = std::move(key_);
  if (old != nullptr) {
    meta_->write_key(old->number(), {});
    PathIndex::drop_table(connection_->db, names_, old->number());
  }
  load_indexes(meta_->read_facts());
  tell_of_facts();
}

// Fills a new index, and only then makes it the key's.
void Store::Impl::make_key(const KeyColumns& columns) {
  const std::int64_t number =
      UniqueKeyIndex::create_table(connection_->db, names_, next_index_number(), columns);
  UniqueKeyIndex made(connection_->db, names_, number, columns);
  std::vector<KeyEntry> entries;
  const auto snapshot = this->snapshot();
  for (const exec::Segment& segment : snapshot->segments()) {
    read_keys(*snapshot->open_batch(segment.batch), segment, columns, names_.table, entries);
    if (entries.size() >= kSortedKeys) add_all(made, entries);
  }
  add_all(made, entries);
  std::string named;
  for (const UniqueKeyIndex::Duplicate& each : made.duplicates(kDuplicatesNamed)) {
    named += (named.empty() ? " (the first duplicates: " : "; ") + key_text(each) + " at rowids " +
             std::to_string(each.first) + " and " + std::to_string(each.last);
  }
  if (!named.empty()) {
    throw SqliteError(SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed: " +
                                                    columns.columns_of(names_.table) + named + ")");
  }
  meta_->write_key(number, columns.text());
}

std::int64_t Store::Impl::next_index_number() const {
  std::int64_t number = key_ != nullptr ? key_->number() + 1 : 1;
  for (const auto& index : indexes_) number = std::max(number, index->number() + 1);
  return number;
}

// Adds the keys of a batch that is being appended.
void Store::Impl::index_keys_of(const SegmentVersion& segment, batch::BatchReader& batch) {
  std::vector<KeyEntry> entries;
  read_keys(batch, segment.run, key_->columns(), names_.table, entries);
  sort_entries(entries);
  PolledSteps steps;
  for (const KeyEntry& entry : entries) {
    if (key_->holder(entry.key)) refuse_duplicate();
    key_->add(entry.key, entry.rowid);
    steps.step(kStepsAKey);
  }
}

bool Store::Impl::has_clash(const std::shared_ptr<const batch::BuiltBatch>& built,
                            const batch::SharedPaths& shared) {
  require_transaction();
  refresh();
  shared.read([&](const PathDictionary&) { published(); });
  batch::MemoryBatch batch(built, published_);
  std::vector<std::uint32_t> rows(batch.trees());
  for (std::uint32_t row = 0; row < batch.trees(); ++row) rows[row] = row;
  std::vector<KeyEntry> entries;
  try {
    const KeyReader keys(batch, key_->columns(), rows);
    for (const std::uint32_t row : rows) entries.push_back({keys.at(row, names_.table), row});
  } catch (const SqliteError& error) {
    if (error.code() != ErrorCode::Constraint) throw;
    return true;
  }
  sort_entries(entries);
  PolledSteps steps;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    if (at > 0 && compare_keys(entries[at - 1].key, entries[at].key) == 0) return true;
    if (key_->holder(entries[at].key)) return true;
    steps.step(kStepsAKey);
  }
  return false;
}

}  // namespace arbors::store
