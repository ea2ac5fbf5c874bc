#include "sql/batches/statistics_cache.h"

#include <algorithm>

namespace arbors::store {

namespace {

constexpr std::size_t kMost = 32'768;  // statistics, about 10 MiB

}  // namespace

StatisticsPtr StatisticsCache::get(ChunkTable& chunks, PathId path, std::uint32_t batch,
                                   std::uint64_t nonce) {
  const std::int64_t key = ChunkTable::key(path, batch);
  const std::int64_t block = key / kBatches;
  const auto place = static_cast<std::size_t>(key % kBatches);
  if (const auto found = known_.find(block); found != known_.end())
    if (const StatisticsPtr& known = found->second[place]) return known;
  if (path != kRootPath && !has(chunks, path, batch, nonce)) return nullptr;
  Paths paths;
  StatisticsPtr statistics = chunks.statistics(path, batch, nonce, &paths);
  if (path != kRootPath && statistics == nullptr) {
    chunks.fail_missing(batch, nonce,
                        "lost a column; run SELECT arbor_check('" + chunks.table() + "')");
  }
  if (statistics == nullptr) return nullptr;
  if (count_ >= kMost) {
    known_.clear();
    paths_.clear();
    count_ = 0;
  }
  if (path == kRootPath) paths_[batch] = std::move(paths);
  known_[block][place] = statistics;
  ++count_;
  return statistics;
}

bool StatisticsCache::has(ChunkTable& chunks, PathId path, std::uint32_t batch,
                          std::uint64_t nonce) {
  if (!paths_.contains(batch) && get(chunks, kRootPath, batch, nonce) == nullptr) {
    chunks.fail_missing(batch, nonce);
  }
  const Paths& paths = paths_.at(batch);
  return std::binary_search(paths.begin(), paths.end(), path);
}

}  // namespace arbors::store
