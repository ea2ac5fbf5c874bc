// One immutable batch as readers see it, wherever it lives (stored, in memory, pending). Columns
// are named by path number; a path that does not occur in the batch has no column.
//
// Threads: load() may touch storage and is called by the thread that owns it; statistics() and
// column() of loaded paths may be called by any one thread at a time per reader.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/statistics.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// The rows of a column that are not missing.
struct SparseColumn {
  std::vector<std::uint32_t> rows;  // ascending
  VectorPtr values;                 // value i is that of rows[i]
  std::uint32_t domain_rows = 0;
};
using SparseColumnPtr = std::shared_ptr<const SparseColumn>;

class BatchReader {
 public:
  virtual ~BatchReader() = default;

  virtual std::uint32_t trees() const = 0;  // rows of the root domain
  virtual const PathDictionary& paths() const = 0;

  // Gives a path's statistics; nullptr where the path does not occur in this batch. Reads no
  // payload. The pointer lives as long as the reader.
  virtual const Statistics* statistics(PathId path) = 0;

  // Tells whether a path occurs, where that costs less than to make statistics.
  virtual bool occurs(PathId path) { return statistics(path) != nullptr; }

  // Tells whether a path's statistics are of the batch's rows exactly as they are; else they may
  // count values that are not there, and their bounds may be too wide.
  virtual bool tells_exactly(PathId /*path*/) const { return false; }

  // Fetches the stored bytes of the given paths, so that column() needs no storage access.
  // Paths that do not occur are ignored.
  virtual void load(std::span<const PathId> paths) = 0;

  // Decodes a path's column over its domain; nullptr where the path does not occur. Loads it first
  // where load() did not. Throws Error{Corrupt} naming the batch.
  virtual VectorPtr column(PathId path) = 0;

  // Decodes some rows of a column alone, ascending, each once: value i is that of row rows[i].
  // Gives nullptr where column() serves: it is decoded already, or soon worth it, or has arrays.
  // Not kept.
  virtual VectorPtr picked(PathId /*path*/, RowSpan /*rows*/) { return nullptr; }
  // Whether picked() might give anything, if the rows are few: costs less than to list these.
  virtual bool picks(PathId /*path*/) { return false; }
  // Whether column() gives what lies decoded already.
  virtual bool is_decoded(PathId path) { return !picks(path); }

  // The same as column() of a column that few rows have, without room for the others, where there
  // are so many columns that all of them would fill memory; nullptr where column() serves. Not
  // kept.
  virtual SparseColumnPtr sparse_column(PathId /*path*/) { return nullptr; }

  // The bytes that a path's column takes in storage; 0 where it lies in memory. Reads no payload.
  virtual std::uint64_t stored_bytes(PathId /*path*/) { return 0; }

  // Appends a tree's minimal JSON text where that needs no columns; else false: columns make it.
  virtual bool append_tree(std::uint32_t /*row*/, std::string& /*out*/) { return false; }
};

using BatchReaderPtr = std::shared_ptr<BatchReader>;

}  // namespace arbors::batch
