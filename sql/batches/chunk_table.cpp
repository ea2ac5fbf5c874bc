#include "sql/batches/chunk_table.h"

#include "sql/tables/chunk_seal.h"

namespace arbors::store {

// Lets go of an orphan's statements at the end of a read, also of one that fails.
class ChunkTable::Reading {
 public:
  explicit Reading(ChunkTable& table) : table_(table) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (table_.orphaned_) table_.finalize();
  }

 private:
  ChunkTable& table_;
};

ChunkTable::ChunkTable(ConnectionPtr connection, const Names& names)
    : connection_(std::move(connection)), names_(names) {
  prepare();
}

void ChunkTable::prepare() {
  sqlite3* db = connection_->db;
  const std::string table = names_("chunk");
  put_ = std::make_unique<Statement>(
      db, "INSERT INTO " + table + "(key, stats, data) VALUES (?1, ?2, ?3)");
  // One statement for both: it costs as much to prepare as twenty chunks to find.
  read_ = std::make_unique<Statement>(
      db, "SELECT stats, CASE WHEN ?2 THEN data END FROM " + table + " WHERE key = ?1");
  bytes_ = std::make_unique<Statement>(
      db, "SELECT length(stats) + length(data) FROM " + table + " WHERE key = ?1");
  erase_ = std::make_unique<Statement>(db, "DELETE FROM " + table + " WHERE key = ?1");
}

void ChunkTable::finalize() {
  for (const auto& statement : {put_.get(), read_.get(), erase_.get(), bytes_.get()})
    statement->finalize();
}

void ChunkTable::rename(const Names& names) {
  names_ = names;
  prepare();
}

void ChunkTable::orphan() {
  orphaned_ = true;
  finalize();
}

std::string ChunkTable::describe(std::uint32_t batch) const {
  return "batch " + std::to_string(batch) + " of '" + names_.table + "'";
}

void ChunkTable::write(std::uint32_t batch, const EncodedBatch& encoded) {
  Statement::Use use(*put_);
  for (const StoredColumn& column : encoded.columns) {
    use.bind(1, key(column.path, batch));
    use.bind(2, ByteSpan(column.stats)).bind(3, ByteSpan(column.data)).run();
  }
}

void ChunkTable::erase(std::uint32_t batch, PathId paths) {
  Statement::Use use(*erase_);
  for (PathId path = 0; path < paths; ++path) use.bind(1, key(path, batch)).run();
}

std::unique_ptr<batch::Statistics> ChunkTable::statistics(PathId path, std::uint32_t batch,
                                                          std::uint64_t nonce,
                                                          std::vector<PathId>* paths) {
  const Reading reading(*this);
  std::unique_ptr<batch::Statistics> statistics;
  try {
    Statement::Use use(*read_);
    use.bind(1, key(path, batch)).bind(2, std::int64_t{0});
    if (use.step()) {
      Sealed sealed = unseal(use.blob_alone(0), path);
      if (sealed.nonce != nonce && path == kRootPath) return nullptr;  // the caller finds out why
      if (sealed.nonce != nonce) throw_corrupt("a chunk belongs to another batch");
      statistics = std::make_unique<batch::Statistics>(batch::Statistics::read(sealed.statistics));
      if (paths != nullptr) *paths = std::move(sealed.paths);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    throw_corrupt(describe(batch) + ": " + error.what());
  }
  return statistics;
}

void ChunkTable::fail_missing(std::uint32_t batch, std::uint64_t nonce, std::string_view what) {
  Statement find(connection_->db,
                 "SELECT 1 FROM " + names_("segment") + " WHERE batch = ?1 AND nonce = ?2 LIMIT 1");
  Statement::Use use(find);
  use.bind(1, static_cast<std::int64_t>(batch)).bind(2, static_cast<std::int64_t>(nonce));
  if (use.step()) throw_corrupt(describe(batch) + " " + std::string(what));
  throw Error(ErrorCode::NotFound, describe(batch) +
                                       " belongs to a generation that is gone: it was vacuumed, "
                                       "dropped or rolled back");
}

// Calls take(Sealed, data) with a chunk that was found whole.
template <typename Take>
void ChunkTable::read(PathId path, std::uint32_t batch, std::uint64_t nonce, const Take& take) {
  const Reading reading(*this);
  Statement::Use use(*read_);
  use.bind(1, key(path, batch)).bind(2, std::int64_t{1});
  if (!use.step()) fail_missing(batch, nonce, "lost a chunk");
  const bool blobs = use.type(0) == SQLITE_BLOB && use.type(1) == SQLITE_BLOB;
  const ByteSpan data = use.blob(1);
  const Sealed sealed = blobs ? unseal(use.blob(0), path) : Sealed();
  if (blobs && sealed.nonce != nonce) fail_missing(batch, nonce, "holds a chunk of another batch");
  if (!blobs || !matches(sealed, data)) {
    throw_corrupt(describe(batch) + " fails its checksum; run SELECT arbor_check('" + names_.table +
                  "')");
  }
  take(sealed, data);
  connection_->counters.bytes_read += data.size();
}

Bytes ChunkTable::data(PathId path, std::uint32_t batch, std::uint64_t nonce) {
  Bytes bytes;
  read(path, batch, nonce,
       [&](const Sealed&, ByteSpan data) { bytes.assign(data.begin(), data.end()); });
  return bytes;
}

void ChunkTable::with_data(PathId path, std::uint32_t batch, std::uint64_t nonce,
                           const std::function<void(ByteSpan)>& use) {
  read(path, batch, nonce, [&](const Sealed&, ByteSpan data) { use(data); });
}

StoredColumn ChunkTable::copy(PathId path, std::uint32_t batch, std::uint64_t nonce,
                              std::uint64_t to) {
  StoredColumn column;
  read(path, batch, nonce, [&](const Sealed& sealed, ByteSpan data) {
    const auto statistics = batch::Statistics::read(sealed.statistics);
    column.path = path;
    column.kinds = statistics.kinds();
    column.pools = batch::pool_count(statistics);
    column.stats = seal({to, path, sealed.paths}, sealed.statistics, data);
    column.data.assign(data.begin(), data.end());
  });
  return column;
}

std::uint64_t ChunkTable::bytes(PathId path, std::uint32_t batch) {
  const Reading reading(*this);
  Statement::Use use(*bytes_);
  use.bind(1, key(path, batch));
  return use.step() ? static_cast<std::uint64_t>(use.integer(0)) : 0;
}

}  // namespace arbors::store
