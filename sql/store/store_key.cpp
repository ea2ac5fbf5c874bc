// The unique key: conflicts of rowids and keys, and the key's index
// (sql/tables/unique_key_index.h), which is kept up like any other.
#include <algorithm>

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

KeyRun keys_of(batch::BatchReader& batch, const exec::Segment& segment, const KeyColumns& columns,
               const std::string& table) {
  const auto [rows, rowids] = rows_alive(segment);
  return {batch, columns, rows, rowids, table};
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
  const auto snapshot = this->snapshot();
  for (const exec::Segment& segment : snapshot->segments())
    made.add(keys_of(*snapshot->open_batch(segment.batch), segment, columns, names_.table),
             most_waiting());
  made.settle();
  if (made.may_repeat()) refuse_repeated(made);
  meta_->write_key(number, columns.text());
}

void Store::Impl::refuse_repeated(UniqueKeyIndex& made) const {
  std::string named;
  for (const UniqueKeyIndex::Duplicate& each : made.duplicates(kDuplicatesNamed)) {
    named += (named.empty() ? " (the first duplicates: " : "; ") + key_text(each) + " at rowids " +
             std::to_string(each.first) + " and " + std::to_string(each.last);
  }
  if (!named.empty()) {
    throw SqliteError(
        SQLITE_CONSTRAINT_UNIQUE,
        "UNIQUE constraint failed: " + made.columns().columns_of(names_.table) + named + ")");
  }
}

std::int64_t Store::Impl::next_index_number() const {
  std::int64_t number = key_ != nullptr ? key_->number() + 1 : 1;
  for (const auto& index : indexes_) number = std::max(number, index->number() + 1);
  return number;
}

// Adds the keys of a batch that is being appended.
void Store::Impl::index_keys_of(const SegmentVersion& segment, batch::BatchReader& batch) {
  KeyRun keys = keys_of(batch, segment.run, key_->columns(), names_.table);
  if (key_->holds_any(keys, utf8_)) refuse_duplicate();
  key_->add(std::move(keys), most_waiting());
}

std::optional<KeyRun> Store::Impl::new_keys(const std::shared_ptr<const batch::BuiltBatch>& built,
                                            const batch::SharedPaths& shared) {
  require_transaction();
  refresh();
  shared.read([&](const PathDictionary&) { published(); });
  batch::MemoryBatch batch(built, published_);
  exec::Segment segment;
  segment.rows = batch.trees();
  try {
    KeyRun keys = keys_of(batch, segment, key_->columns(), names_.table);
    if (key_->holds_any(keys, utf8_)) return std::nullopt;
    return keys;
  } catch (const SqliteError& error) {
    if (error.code() != ErrorCode::Constraint) throw;
    return std::nullopt;
  }
}

}  // namespace arbors::store
