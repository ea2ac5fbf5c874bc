// Kept-up indexes: made, dropped, searched, and followed by every write. Their entries go straight
// to their tables, so that SQLite's own savepoints undo them with the rest; those of a key may wait
// for each other, as records of the log do.
#include <algorithm>

#include "engine/plan/expression_parts.h"
#include "sql/batches/stored_batch.h"
#include "sql/store/index_entries.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

// Tells whether a range holds some texts by their order, neither one nor all.
bool bounds_texts(const KeyRange& range) {
  if (compare(range.low, range.high) == 0) return false;
  return range.high.is_text() || (range.low.is_text() && !range.low.text.empty());
}

}  // namespace

void Store::Impl::for_each_row(batch::BatchReader& batch, const exec::Segment& segment,
                               const Path& path, const KeysOfRow& each) {
  const auto [rows, rowids] = rows_alive(segment);
  std::vector<IndexKeys> keys = row_keys(batch, path, rows);
  for (std::size_t at = 0; at < rows.size(); ++at) each(std::move(keys[at]), rowids[at]);
}

void Store::Impl::load_indexes(const MetaTable::Facts& facts) {
  indexes_.clear();
  for (const auto& [number, path] : facts.indexes) {
    indexes_.push_back(
        std::make_unique<PathIndex>(connection_->db, names_, number, parse_path(path)));
  }
  key_.reset();
  options_.key.clear();
  for (const auto& [number, paths] : facts.keys) {
    options_.key = paths;
    key_ = std::make_unique<UniqueKeyIndex>(connection_->db, names_, number,
                                            KeyColumns(paths, options_.declared));
  }
}

PathIndex* Store::Impl::find_index(const Path& path) {
  for (const auto& index : indexes_) {
    if (index->path() == path) return index.get();
  }
  if (key_ != nullptr && key_->paths().path() == path) return &key_->paths();
  return nullptr;
}

// A connection may have been made read-only in the middle of a transaction.
PathIndex* Store::Impl::settled_index(const Path& path) {
  PathIndex* index = find_index(path);
  if (key_ == nullptr || index != &key_->paths()) return index;
  try {
    key_->settle();
  } catch (const SqliteError& error) {
    if ((error.result() & 0xff) != SQLITE_READONLY) throw;
    return nullptr;
  }
  return index;
}

void Store::Impl::create_index(const Path& path) {
  require_transaction();
  refresh();
  const std::string text = to_text(path);
  if (!may_be_indexed(path)) {
    throw_invalid("cannot make an index on '" + text +
                  "': an index takes a path of keys, and of [*] for all elements of an array");
  }
  if (find_index(path) != nullptr) {
    throw Error(ErrorCode::Constraint,
                "'" + names_.table + "' has an index on '" + text + "' already");
  }
  const std::int64_t number = next_index_number();
  PathIndex::create_table(connection_->db, names_, number);
  meta_->write_index(number, text);
  indexes_.push_back(std::make_unique<PathIndex>(connection_->db, names_, number, path));

  IndexEntries entries(*indexes_.back(), most_waiting());
  const auto snapshot = this->snapshot();
  for (const exec::Segment& segment : snapshot->segments())
    entries.add(*snapshot->open_batch(segment.batch), segment);
  entries.write();
  tell_of_facts();
}

bool Store::Impl::drop_index(const Path& path) {
  require_transaction();
  refresh();
  PathIndex* index = find_index(path);
  if (index == nullptr) return false;
  if (key_ != nullptr && index == &key_->paths()) {
    throw_invalid("the index on '" + to_text(path) + "' is that of the key of '" + names_.table +
                  "', which arbor_option('" + names_.table + "', 'key', NULL) takes away");
  }
  const std::int64_t number = index->number();
  std::erase_if(indexes_, [&](const auto& known) { return known.get() == index; });
  meta_->remove_index(number);
  PathIndex::drop_table(connection_->db, names_, number);
  tell_of_facts();
  return true;
}

// Other connections load again what they know when the log has a record that is no plain change.
void Store::Impl::tell_of_facts() {
  flush();
  changed();
  counts_due_ = true;
  flush();
}

std::optional<std::vector<std::int64_t>> Store::Impl::find_by_index(
    const Path& path, std::span<const KeyRange> ranges, std::size_t most) {
  PathIndex* index = settled_index(path);
  if (index == nullptr) return std::nullopt;
  if (std::any_of(ranges.begin(), ranges.end(), bounds_texts) && !utf8_) return std::nullopt;
  std::vector<std::int64_t> rowids;
  for (const KeyRange& range : ranges) {
    if (!index->find(range, most, rowids)) return std::nullopt;
  }
  if (rowids.size() > 1) {
    std::sort(rowids.begin(), rowids.end());
    rowids.erase(std::unique(rowids.begin(), rowids.end()), rowids.end());
  }
  return rowids;
}

std::optional<exec::KeyRun> Store::Impl::walk_index(const plan::IndexSearch& search,
                                                    const Value* last, std::size_t wanted,
                                                    std::size_t most) {
  PathIndex* index = settled_index(search.path);
  if (index == nullptr || !utf8_) return std::nullopt;
  const bool descending = search.order == plan::IndexSearch::Order::Descending;
  std::vector<KeyRange> ranges = search.ranges;
  if (descending) std::reverse(ranges.begin(), ranges.end());
  exec::KeyRun run;
  for (KeyRange& range : ranges) {
    const bool begun =
        last != nullptr && compare(range.low, *last) <= 0 && compare(*last, range.high) <= 0;
    const bool passed =
        last != nullptr && !begun &&
        (descending ? compare(*last, range.low) < 0 : compare(*last, range.high) > 0);
    if (passed) continue;
    if (begun) (descending ? range.high : range.low) = *last;
    if (!index->walk(range, descending, begun, wanted, most, run)) return std::nullopt;
    if (run.rowids.size() >= wanted) break;
  }
  return run;
}

Store::Impl::IndexedRow Store::Impl::indexed_row(std::int64_t rowid, std::optional<TreeKey> key) {
  if (indexes_.empty() && (key_ == nullptr || key)) return {{}, std::move(key)};
  if (const auto text = state_->pending_text(rowid)) return row_to_index(*text);
  const auto place = state_->find_stored(rowid);
  if (!place) return {};
  if (!state_->values_over(*place).empty()) return row_to_index(*tree(rowid));
  const SegmentVersion& segment = state_->segments()[place->segment];
  // Held here: a failing read may roll back, which lets go of all that the store keeps in memory.
  const batch::RowReaderPtr reader =
      row_readers()->stored(chunks_, published(), segment.run.batch, segment.facts);
  const std::uint32_t at = segment.run.first_row + place->row;
  IndexedRow row{{}, std::move(key)};
  for (const auto& index : indexes_) row.keys.push_back(row_keys(*reader, index->path(), at));
  if (key_ == nullptr || row.key) return row;
  std::vector<json::JsonValue> parts;
  for (const KeyPart& part : key_->columns().parts()) {
    const auto value = reader->value(part.path, at);
    parts.push_back(json_value_at(*value.vector, value.row));
  }
  row.key = key_->columns().key_of(parts, names_.table);
  return row;
}

Store::Impl::IndexedRow Store::Impl::row_to_index(std::string_view tree) const {
  IndexedRow row;
  for (const auto& index : indexes_) row.keys.push_back(tree_keys(tree, index->path()));
  if (key_ != nullptr) row.key = key_->columns().key_of(tree, names_.table);
  return row;
}

bool Store::Impl::indexes_around(const Path& path) const {
  return std::ranges::any_of(indexes_, [&](const auto& index) {
    const Path& indexed = index->path();
    return indexed != path && (plan::starts_with(path, indexed) ||
                               (is_of_elements(indexed) && plan::starts_with(indexed, path)));
  });
}

void Store::Impl::index_row(std::int64_t rowid, const IndexedRow& row) {
  for (std::size_t at = 0; at < row.keys.size(); ++at)
    for (const Value& key : row.keys[at]) indexes_[at]->add_entry(key, rowid);
  if (row.key) key_->add(*row.key, rowid);
}

void Store::Impl::unindex_row(std::int64_t rowid, const IndexedRow& row) {
  for (std::size_t at = 0; at < row.keys.size(); ++at)
    for (const Value& key : row.keys[at]) indexes_[at]->remove_entry(key, rowid);
  if (row.key) key_->remove(*row.key, rowid);
}

// Leaves alone what stays, so that its pages stay as they are.
void Store::Impl::reindex_row(std::int64_t rowid, const IndexedRow& before,
                              const IndexedRow& after) {
  for (std::size_t at = 0; at < before.keys.size(); ++at) {
    const KeyChange change = store::difference(before.keys[at], after.keys[at]);
    for (const Value& key : change.gone) indexes_[at]->remove_entry(key, rowid);
    for (const Value& key : change.come) indexes_[at]->add_entry(key, rowid);
  }
  if (!before.key || !after.key) return;
  const Value &old = before.key->first, &now = after.key->first;
  const bool keeps_value = old.kind == now.kind && compare(old, now) == 0;
  if (keeps_value && is_same(*before.key, *after.key)) return;
  key_->remove(*before.key, rowid);
  key_->add(*after.key, rowid);
}

void Store::Impl::index_batch(const SegmentVersion& segment, const batch::SharedPaths* shared,
                              std::optional<KeyRun> keys) {
  const bool is_keyed = keys.has_value() || key_ == nullptr;
  if (keys) {
    keys->move_rowids(segment.run.first_rowid);
    key_->add(*std::move(keys), most_waiting());
  }
  if (indexes_.empty() && is_keyed) return;
  if (shared != nullptr) shared->read([&](const PathDictionary&) { published(); });
  const auto& paths = shared != nullptr ? published_ : published();
  StoredBatch batch(chunks_, paths, segment.run.batch, segment.facts);
  for (const auto& index : indexes_) {
    IndexEntries entries(*index, most_waiting());
    entries.add(batch, segment.run);
    entries.write();
  }
  if (!is_keyed) index_keys_of(segment, batch);
}

}  // namespace arbors::store
