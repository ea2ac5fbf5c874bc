// Where a plan's trees come from: one snapshot of a stored Arbor, an Arbor in memory, a pinned or
// filtered one. A source is a fixed sequence of trees, cut into segments; it never changes while
// it is held, whatever is written elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/batch_reader.h"

namespace arbors::exec {

using BatchId = std::uint32_t;

// A run of one batch's trees, in sequence. Row k of the segment (0 <= k < rows) is row
// first_row + k of the batch; it is alive where bit k of `live` is set (all are where `live` is
// empty). Live rows are counted by `count`; the first live row has the sequence position
// `position`.
struct Segment {
  BatchId batch = 0;
  std::uint32_t first_row = 0;
  std::uint32_t rows = 0;
  std::uint32_t count = 0;
  std::uint64_t position = 0;
  std::vector<std::uint64_t> live;
  std::int64_t first_rowid = 0;      // rowid of row k is first_rowid + k where `rowids` is empty
  std::vector<std::int64_t> rowids;  // else rowids[k]

  bool is_live(std::uint32_t k) const {
    return live.empty() || ((live[k >> 6] >> (k & 63)) & 1) != 0;
  }
  std::int64_t rowid(std::uint32_t k) const { return rowids.empty() ? first_rowid + k : rowids[k]; }
};

class TreeSource {
 public:
  virtual ~TreeSource() = default;

  virtual const PathDictionary& paths() const = 0;
  virtual std::uint64_t trees() const = 0;                // live trees
  virtual std::span<const Segment> segments() const = 0;  // in order of position
  virtual bool rowids_ascend() const = 0;  // rowids ascend with positions over the whole source

  // The generation of a stored Arbor whose trees these are; 0 where there is none.
  virtual std::int64_t generation() const { return 0; }

  // Tells whether the readers of two segments are never one and the same, so that two threads may
  // read two segments at a time.
  virtual bool readers_apart() const { return false; }

  // Tells whether rows can be looked up by the values of a path, in the state that the source
  // shows.
  virtual bool has_index(const Path& /*path*/) const { return false; }

  // Opens a batch for reading. Called by the thread that owns the storage.
  virtual batch::BatchReaderPtr open_batch(BatchId batch) = 0;
};

using TreeSourcePtr = std::shared_ptr<TreeSource>;

}  // namespace arbors::exec
