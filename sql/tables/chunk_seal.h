// What stands around a chunk's statistics in X_chunk.stats:
//
//   nonce u64 | xxh3(data) u64 | the batch's other paths | Statistics::write
//             | xxh3(all before, seeded with the path) u64
//
// The nonce ties a chunk to its batch, the seed to its path, and the checksums tell damage from
// data. The root's chunk lists the paths of its batch (count varint, then differences, varint), so
// that a lost chunk is not taken for an absent path; the others list none.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/path_dictionary.h"

namespace arbors::store {

struct Seal {
  std::uint64_t nonce = 0;
  PathId path = kRootPath;
  std::vector<PathId> paths;  // ascending; the root's chunk only
};

Bytes seal(const Seal& seal, ByteSpan statistics, ByteSpan data);

struct Sealed {
  std::uint64_t nonce = 0;
  std::uint64_t data_checksum = 0;
  std::vector<PathId> paths;
  ByteSpan statistics;
};

// Throws Error{Corrupt} where the statistics fail their checksum, or are another path's.
Sealed unseal(ByteSpan stats, PathId path);

bool matches(const Sealed& sealed, ByteSpan data);  // the data's checksum

}  // namespace arbors::store
