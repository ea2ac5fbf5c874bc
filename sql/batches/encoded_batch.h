// A batch ready to be stored: its columns as bytes, in order of their first appearance. Made by
// workers, appended by the thread that owns SQLite.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/vectors/tag.h"

namespace arbors::store {

struct StoredColumn {
  PathId path = kRootPath;
  batch::TagSet kinds = 0;  // the tags that occur
  std::uint32_t pools = 0;  // its typed streams
  Bytes stats;              // sealed: what X_chunk.stats holds (chunk_seal.h)
  Bytes data;               // the codec's chunk
};

struct EncodedBatch {
  std::uint64_t nonce = 0;  // random, never 0
  std::uint32_t trees = 0;
  std::uint32_t pools = 0;  // typed streams of all columns
  std::uint64_t json_bytes = 0;
  std::vector<StoredColumn> columns;

  void add(StoredColumn column);
};

std::uint64_t random_nonce();  // for a batch

// Encodes a column of a batch; for the root's, `others` are the batch's other paths, ascending.
// `scratch` is memory to use again.
StoredColumn encode_stored(const batch::ColumnBuffer& buffer, std::uint64_t nonce,
                           std::vector<PathId> others, batch::EncodedColumn& scratch);

// Encodes a built batch. Touches no storage: call it from any thread.
EncodedBatch encode_batch(const batch::BuiltBatch& built);

}  // namespace arbors::store
