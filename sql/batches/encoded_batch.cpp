#include "sql/batches/encoded_batch.h"

#include <algorithm>

#include "sql/tables/chunk_seal.h"
#include "sql/tables/nonces.h"

namespace arbors::store {

namespace {

std::vector<PathId> paths_of(const batch::BuiltBatch& built) {
  std::vector<PathId> paths;
  for (const batch::ColumnBuffer& buffer : built.columns) {
    if (buffer.path != kRootPath) paths.push_back(buffer.path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

void EncodedBatch::add(StoredColumn column) {
  pools += column.pools;
  columns.push_back(std::move(column));
}

std::uint64_t random_nonce() {
  std::uint64_t nonce = 0;
  while (nonce == 0) nonce = random_u64();
  return nonce;
}

StoredColumn encode_stored(const batch::ColumnBuffer& buffer, std::uint64_t nonce,
                           std::vector<PathId> others, batch::EncodedColumn& scratch) {
  batch::encode_column(buffer, scratch);
  const auto statistics = batch::Statistics::read(scratch.stats);
  StoredColumn column;
  column.path = buffer.path;
  column.kinds = statistics.kinds();
  column.pools = batch::pool_count(statistics);
  column.stats = seal({nonce, buffer.path, std::move(others)}, scratch.stats, scratch.data);
  column.data.assign(scratch.data.begin(), scratch.data.end());
  return column;
}

EncodedBatch encode_batch(const batch::BuiltBatch& built) {
  EncodedBatch out;
  out.nonce = random_nonce();
  out.trees = built.trees;
  out.json_bytes = built.json_bytes;
  out.columns.reserve(built.columns.size());
  batch::EncodedColumn scratch;
  for (const batch::ColumnBuffer& buffer : built.columns) {
    std::vector<PathId> others;
    if (buffer.path == kRootPath) others = paths_of(built);
    out.add(encode_stored(buffer, out.nonce, std::move(others), scratch));
  }
  return out;
}

}  // namespace arbors::store
