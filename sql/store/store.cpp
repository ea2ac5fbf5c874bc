#include "sql/store/store.h"

#include <algorithm>

#include "sql/access/clock.h"
#include "sql/access/data_version.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

std::unique_ptr<Store> Store::create(ConnectionPtr connection, std::string schema,
                                     std::string table, const Options& options) {
  auto impl =
      std::make_unique<Impl>(std::move(connection), Names{std::move(schema), std::move(table)});
  impl->create(options);
  impl->open();
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

std::unique_ptr<Store> Store::open(ConnectionPtr connection, std::string schema,
                                   std::string table) {
  auto impl =
      std::make_unique<Impl>(std::move(connection), Names{std::move(schema), std::move(table)});
  try {
    impl->open();
  } catch (const SqliteError& error) {
    // A statement that cannot be prepared: a table is missing, or has other columns.
    if (error.result() != SQLITE_ERROR) throw;
    if (!exists(impl->connection_->db, impl->names_.schema, impl->names_.table))
      throw Error(ErrorCode::NotFound, "no such Arbor: " + impl->names_.table);
    throw_corrupt("the tables of '" + impl->names_.table + "' are incomplete: " + error.what());
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

std::vector<std::string> Store::check(ConnectionPtr connection, std::string schema,
                                      std::string table) {
  return Impl(std::move(connection), {std::move(schema), std::move(table)}).check();
}

bool Store::exists(sqlite3* db, std::string_view schema, std::string_view table) {
  const Names names{std::string(schema), std::string(table)};
  const auto parts = shadow_parts();
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return table_exists(db, names, part); });
}

void Store::destroy() {
  rollback();  // SQLite tells of nothing more, also where it undoes the DROP
  impl_->chunks_->finalize();
  impl_->make_tables();  // statements that are open would lock the tables
  drop_tables(impl_->connection_->db, impl_->names_);
}

void Store::rename(const std::string& table) {
  impl_->flush();
  rename_tables(impl_->connection_->db, impl_->names_, table);
  impl_->names_.table = table;
  impl_->make_tables();
  impl_->chunks_->rename(impl_->names_);
  impl_->load_indexes(impl_->meta_->read_facts());
}

const std::string& Store::schema() const { return impl_->names_.schema; }
const std::string& Store::table() const { return impl_->names_.table; }
const Options& Store::options() const { return impl_->options_; }
bool Store::is_utf8() const { return impl_->utf8_; }
const ConnectionPtr& Store::connection() const { return impl_->connection_; }

const PathDictionary& Store::paths() {
  impl_->refresh_facts();
  return *impl_->published();
}

const std::vector<Column>& Store::columns() {
  impl_->refresh_facts();
  return impl_->columns_->columns();
}

PathDictionary& Store::writable_paths() {
  impl_->refresh();
  return *impl_->paths_;
}

const std::vector<Column>& Store::object_columns() {
  impl_->refresh_facts();
  return impl_->columns_->object_columns(*impl_->paths_);
}

std::uint64_t Store::columns_version() {
  impl_->refresh_facts();
  return impl_->columns_->version();
}

std::vector<const Column*> Store::all_columns() {
  std::vector<const Column*> all;
  const std::vector<Column>& objects = object_columns();
  for (const std::vector<Column>* columns : {&impl_->columns_->columns(), &objects})
    for (const Column& column : *columns) all.push_back(&column);
  return all;
}

bool Store::note_pending_columns() { return impl_->note_pending_columns(); }

std::int64_t Store::generation() {
  impl_->refresh_facts();
  return impl_->generation_;
}

std::int64_t Store::oldest_generation() {
  impl_->refresh();
  return impl_->oldest();
}

std::shared_ptr<Snapshot> Store::snapshot() { return impl_->snapshot(); }
std::shared_ptr<Snapshot> Store::snapshot(std::int64_t generation) {
  return impl_->snapshot(generation);
}
std::shared_ptr<Snapshot> Store::snapshot_of(std::span<const std::int64_t> rowids) {
  return impl_->snapshot_of(rowids);
}
std::vector<GenerationInfo> Store::history() { return impl_->history(); }
std::int64_t Store::generation_of(const Value& when) { return impl_->generation_of(when); }
std::int64_t Store::tag(const std::string& tag, const std::optional<Value>& when) {
  return impl_->tag(tag, when);
}
std::unique_ptr<TreeComparison> Store::difference(std::int64_t from, std::int64_t to) {
  return impl_->difference(from, to);
}
std::uint64_t Store::restore(std::int64_t generation) { return impl_->restore(generation); }
bool Store::untag(const std::string& tag) { return impl_->untag(tag); }
Totals Store::totals() { return impl_->totals(); }
std::vector<PathTotals> Store::path_totals() { return impl_->path_totals(); }
std::vector<std::string> Store::check() { return impl_->check(); }

void Store::create_index(const Path& path) { impl_->create_index(path); }
bool Store::drop_index(const Path& path) { return impl_->drop_index(path); }
bool Store::has_index(const Path& path) {
  impl_->refresh_facts();
  return impl_->find_index(path) != nullptr;
}
std::optional<std::vector<std::int64_t>> Store::find_by_index(const Path& path,
                                                              std::span<const KeyRange> ranges,
                                                              std::size_t most) {
  return impl_->find_by_index(path, ranges, most);
}
std::optional<exec::KeyRun> Store::walk_index(const plan::IndexSearch& search, const Value* last,
                                              std::size_t wanted, std::size_t most) {
  return impl_->walk_index(search, last, wanted, most);
}

std::int64_t Store::insert(std::string_view tree, std::optional<std::int64_t> rowid) {
  return place(tree, rowid, OnConflict::Error).rowid;
}
Placed Store::place(std::string_view tree, std::optional<std::int64_t> rowid,
                    OnConflict on_conflict) {
  return impl_->place(tree, rowid, on_conflict);
}
bool Store::erase(std::int64_t rowid) { return impl_->erase(rowid); }
bool Store::replace(std::int64_t rowid, std::string_view tree, OnConflict on_conflict) {
  return impl_->replace(rowid, tree, on_conflict);
}
bool Store::replace_minimal(std::int64_t rowid, std::string_view tree, OnConflict on_conflict,
                            std::string_view before) {
  const json::KeptMembers kept = json::kept_members(before, tree);
  return impl_->replace_minimal(rowid, tree, on_conflict, kept);
}

std::string Store::normalized(std::string_view json) { return impl_->normalizer_.normalize(json); }

bool Store::set(std::int64_t rowid, std::span<const PathJson> values) {
  return impl_->set(rowid, values);
}

bool Store::replace(std::int64_t rowid, std::string_view tree, std::int64_t new_rowid,
                    OnConflict on_conflict) {
  if (rowid == new_rowid) return replace(rowid, tree, on_conflict);
  return impl_->move(rowid, tree, new_rowid, on_conflict);
}

bool Store::contains(std::int64_t rowid) {
  impl_->refresh();
  return impl_->state_->contains(rowid);
}

std::optional<std::uint64_t> Store::position(std::int64_t rowid) {
  impl_->refresh();
  const auto found = impl_->state_->find(rowid);
  return found ? std::optional(found->position) : std::nullopt;
}

std::uint64_t Store::erased_by_statement() const { return impl_->mark_.erased; }

std::optional<std::string> Store::tree(std::int64_t rowid) {
  impl_->refresh();
  return impl_->tree(rowid);
}

void Store::enter_row() { impl_->enter_row(); }
void Store::leave_row() { impl_->leave_row(); }
void Store::fail_row() { impl_->fail_row(); }
void Store::undo_statement() { impl_->undo_statement(); }
std::int64_t Store::statement_generation() const { return impl_->mark_.generation; }

void Store::append(const EncodedBatch& batch, const batch::SharedPaths* shared,
                   std::optional<KeyRun> keys) {
  impl_->append(batch, shared, std::move(keys));
}
void Store::fold_pending() {
  impl_->require_transaction();
  impl_->refresh();
  if (impl_->state_->pending()) impl_->fold();
}
std::uint64_t Store::trees() { return impl_->trees(); }
void Store::insert_at(std::uint64_t position, const EncodedBatch& batch) {
  impl_->insert_at(position, batch);
}
void Store::clear() { impl_->clear(); }
void Store::optimize() { impl_->optimize(); }
std::uint64_t Store::vacuum(std::uint32_t keep) { return impl_->vacuum(keep); }

// A table that is connected anew in the middle of a transaction begins again what it is part of.
void Store::begin() {
  Impl& impl = *impl_;
  if (!impl.writing_) impl.savepoints_.restart();
  if (!impl.is_as_committed()) impl.refresh();
  if (impl.writing_) {
    impl.locked_ = true;
    return;
  }
  const std::int64_t time = now(impl.connection_->db);
  impl.own_seals_.clear();
  impl.own_seals_.reserve(1);  // so that logging the first record cannot fail half-way
  // Nothing fails from here on: SQLite would tell of no end.
  impl.writing_ = impl.locked_ = true;
  impl.version_.reset();
  impl.found_ = commits_met(impl.connection_->db, impl.names_.schema);
  if (impl.key_ != nullptr) impl.key_->forget();
  impl.gap_due_ = true;
  impl.first_own_seq_ = 0;
  impl.own_added_ = impl.own_removed_ = 0;
  impl.write_generation_ = impl.generation_ + 1;
  impl.write_time_ = std::max(time, impl.time_);
}

void Store::unlock() {
  impl_->locked_ = false;
  impl_->version_.reset();  // the table may be another database's now
}

void Store::sync() {
  impl_->fold_when_due();
  impl_->flush();
}

void Store::commit() {
  impl_->note_commit();
  impl_->end();
}

void Store::rollback() {
  impl_->discard();
  impl_->end();
}

void Store::savepoint(int n) { impl_->begin_savepoint(n); }
void Store::release(int n) { impl_->savepoints_.released(n); }
void Store::rollback_to(int n) { impl_->roll_back_to(n); }

WriteScope::WriteScope(Store& store, Savepoint::Drops drops) : store_(store) {
  if (store_.impl_->writing_) {
    store_.impl_->flush();
  } else {
    began_ = true;
  }
  change_.emplace(store_.connection()->db, "arbors_write", drops);
  if (!began_) return;
  try {
    store_.begin();
    store_.impl_->lock();
  } catch (...) {
    change_.reset();
    store_.rollback();
    throw;
  }
}

WriteScope::~WriteScope() {
  if (!change_) return;
  change_.reset();
  if (began_) {
    store_.rollback();
  } else {
    store_.impl_->discard();
  }
}

void WriteScope::done() {
  if (began_) store_.impl_->fold_when_due();
  store_.impl_->flush();
  change_->keep();
  change_.reset();
  if (began_) store_.impl_->end();  // a transaction around it may yet be rolled back
}

}  // namespace arbors::store
