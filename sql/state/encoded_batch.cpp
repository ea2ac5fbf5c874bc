#include "sql/state/encoded_batch.h"

#include <algorithm>

#include "engine/batch/column_codec.h"
#include "sql/tables/chunk_seal.h"
#include "sql/tables/random.h"

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

EncodedBatch encode_batch(const batch::BuiltBatch& built) {
  EncodedBatch out;
  do out.nonce = random_u64();
  while (out.nonce == 0);
  out.trees = built.trees;
  out.json_bytes = built.json_bytes;
  out.columns.reserve(built.columns.size());
  batch::EncodedColumn encoded;
  for (const batch::ColumnBuffer& buffer : built.columns) {
    batch::encode_column(buffer, encoded);
    const auto statistics = batch::Statistics::read(encoded.stats);
    StoredColumn column;
    column.path = buffer.path;
    column.kinds = statistics.kinds();
    const bool root = buffer.path == kRootPath;
    const Seal with{out.nonce, buffer.path, root ? paths_of(built) : std::vector<PathId>()};
    column.stats = seal(with, encoded.stats, encoded.data);
    column.data.assign(encoded.data.begin(), encoded.data.end());
    out.pools += batch::pool_count(statistics);
    out.columns.push_back(std::move(column));
  }
  return out;
}

}  // namespace arbors::store
