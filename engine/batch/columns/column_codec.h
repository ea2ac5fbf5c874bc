// Turns one column of a built batch into the two blobs that are stored, its chunk and its
// statistics, and a chunk back into a vector. The layout is drawn in column_codec.cpp.
//
// A reader believes nothing: a checksum comes first, then every count, code and path number is
// checked against what the caller expects. Damage throws Error{Corrupt}.
#pragma once

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/columns/statistics.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

struct EncodedColumn {
  PathId path = kRootPath;
  Bytes data;   // the chunk
  Bytes stats;  // Statistics::write
};

// Encodes a column over its domain of buffer.tags.size() rows. Replaces what `out` held, keeping
// its memory.
void encode_column(const ColumnBuffer& buffer, EncodedColumn& out);

struct DecodedColumn {
  VectorPtr vector;
  std::uint32_t pools = 0;  // typed streams decoded, for the counters
};

// Whether a chunk's checksum is yet to be checked, or another that covers it has been.
enum class Checksum : std::uint8_t { Check, Known };

// Decodes a chunk whose column must have `rows` rows (Statistics::rows, or the parents' lengths)
// and may name paths below `paths` (the dictionary's size).
DecodedColumn decode_column(ByteSpan data, std::uint32_t rows, std::size_t paths,
                            Checksum checksum = Checksum::Check);

// Decodes some rows of a chunk with these statistics alone: value i is that of row at[i]. They
// ascend, there is one at least, and none is an array. Checks no checksum, since it does not read
// all: the caller has done so.
DecodedColumn decode_rows(ByteSpan data, const Statistics& statistics, std::size_t paths,
                          RowSpan at);

// Decodes the rows that are not missing alone.
struct DecodedSparseColumn {
  SparseColumnPtr column;
  std::uint32_t pools = 0;
};
DecodedSparseColumn decode_sparse_column(ByteSpan data, std::uint32_t rows, std::size_t paths,
                                         Checksum checksum = Checksum::Check);

// Counts the typed streams of a column, as decode_column would, from its statistics alone.
std::uint32_t pool_count(const Statistics& statistics);

}  // namespace arbors::batch
