#include <algorithm>
#include <set>

#include "sql/store/store_impl.h"

namespace arbors::store {

// Deletes what only generations older than `oldest` need, but for batches that snapshots of this
// connection may still read, and the log's records, which purge_log() deletes.
void Store::Impl::purge(std::int64_t oldest) {
  const auto base = log_->base_of(oldest);
  if (!base) throw_corrupt("the change log of '" + names_.table + "' lacks a base");
  purge_before_ = *base;
  std::set<std::uint32_t> batches;
  for (const SegmentTable::Dead& dead : segment_table_->dead(oldest)) {
    if (connection_->pins.hold(dead.batch, dead.nonce, cached_.get())) continue;
    segment_table_->remove(dead.id);
    batches.insert(dead.batch);
  }
  for (const std::uint32_t batch : batches) {
    if (!segment_table_->refers_to(batch)) {
      chunks_->erase(batch, static_cast<PathId>(paths_->size()));
    }
  }
  if (oldest > meta_->integer("oldest")) meta_->set("oldest", oldest);
}

void Store::Impl::purge_log(std::uint64_t most) {
  if (purge_before_ != 0 && log_->remove_oldest(purge_before_, most)) purge_before_ = 0;
}

namespace {

std::int64_t pragma(sqlite3* db, const std::string& schema, std::string_view name) {
  Statement statement(db, "PRAGMA " + quoted(schema) + "." + std::string(name));
  Statement::Use use(statement);
  return use.step() ? use.integer(0) : 0;
}

}  // namespace

std::uint64_t Store::Impl::vacuum(std::uint32_t keep) {
  require_transaction();
  refresh();
  flush();
  sqlite3* db = connection_->db;
  const std::int64_t free_before = pragma(db, names_.schema, "freelist_count");
  purge(std::max<std::int64_t>(generation_ - keep, meta_->integer("oldest")));
  purge_log(UINT32_MAX);
  const std::int64_t freed = pragma(db, names_.schema, "freelist_count") - free_before;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, freed)) *
         static_cast<std::uint64_t>(pragma(db, names_.schema, "page_size"));
}

}  // namespace arbors::store
