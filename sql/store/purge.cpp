#include <algorithm>
#include <set>

#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

// Tells whether one of these generations sees a segment.
bool is_seen(const SegmentTable::Dead& segment, std::span<const KeptGeneration> kept) {
  const auto first = std::ranges::lower_bound(kept, segment.born, {}, &KeptGeneration::generation);
  return first != kept.end() && first->generation < segment.died;
}

}  // namespace

std::vector<KeptGeneration> Store::Impl::still_kept(const Retained& retained, std::int64_t oldest) {
  std::vector<KeptGeneration> kept;
  for (const std::int64_t generation : kept_alone(retained, oldest)) {
    const auto before = std::ranges::find(retained.kept, generation, &KeptGeneration::generation);
    if (before != retained.kept.end()) {
      kept.push_back(*before);
      continue;
    }
    const auto next = log_->first_beyond_generation(generation);
    const auto last = log_->last_before(next ? next->seq : INT64_MAX);
    if (!next || !last || last->generation != generation) {
      throw_corrupt("the change log of '" + names_.table + "' lacks generation " +
                    std::to_string(generation));
    }
    kept.push_back({generation, last->seal, next->time});
  }
  return kept;
}

// Notes the records that no generation from `oldest` on and none of those kept needs.
void Store::Impl::note_purged(std::int64_t oldest, std::span<const KeptGeneration> kept) {
  purged_.clear();
  std::int64_t from = INT64_MIN;
  const auto until = [&](std::int64_t before) {
    const auto last = log_->last_before(before);
    if (before > from && last && last->seq >= from) purged_.emplace_back(from, before);
  };
  for (const KeptGeneration& each : kept) {
    until(base_of(each.generation));
    const auto next = log_->first_beyond_generation(each.generation);
    from = next ? next->seq : INT64_MAX;
  }
  until(base_of(oldest));
}

// Deletes what only generations need that are older than `oldest` and not kept alone, but for
// batches that snapshots of this connection may still read, and the log's records, which
// purge_log() deletes.
void Store::Impl::purge(std::int64_t oldest) {
  const Retained retained = meta_->retained();
  const std::vector<KeptGeneration> kept = still_kept(retained, oldest);
  note_purged(oldest, kept);
  std::set<std::uint32_t> batches;
  for (const SegmentTable::Dead& dead : segment_table_->dead(oldest)) {
    if (is_seen(dead, kept) || connection_->pins.hold(dead.batch, dead.nonce, cached_.get()))
      continue;
    segment_table_->remove(dead.id);
    batches.insert(dead.batch);
  }
  for (const std::uint32_t batch : batches) {
    if (!segment_table_->refers_to(batch)) {
      chunks_->erase(batch, static_cast<PathId>(paths_->size()));
    }
  }
  if (oldest <= retained.oldest && kept == retained.kept) return;
  meta_->retain({std::max(oldest, retained.oldest), kept, {}});
  // Nothing tells any more where a generation ended that is kept no longer.
  const auto stays = [&](const KeptGeneration& each) {
    return std::ranges::find(kept, each) != kept.end();
  };
  if (!std::ranges::all_of(retained.kept, stays)) purge_log(UINT32_MAX);
}

void Store::Impl::purge_log(std::uint64_t most) {
  while (!purged_.empty()) {
    const auto [from, before] = purged_.front();
    if (!log_->remove_oldest(from, before, most)) return;
    purged_.erase(purged_.begin());
  }
}

namespace {

std::int64_t pragma(sqlite3* db, const std::string& schema, std::string_view name) {
  Statement statement(db, "PRAGMA " + quoted_name(schema) + "." + std::string(name));
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
  const Retained retained = meta_->retained();
  purge(std::max(std::min<std::int64_t>(generation_ - keep, first_young()), retained.oldest));
  purge_log(UINT32_MAX);
  const std::int64_t freed = pragma(db, names_.schema, "freelist_count") - free_before;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, freed)) *
         static_cast<std::uint64_t>(pragma(db, names_.schema, "page_size"));
}

}  // namespace arbors::store
