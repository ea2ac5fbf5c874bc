// A source put together from pieces of others: what append, insert, set, remove, take and a frozen
// selection make. Only segments are cut and moved; no batch is read.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

struct Piece {
  TreeSourcePtr source;
  Segment segment;  // of the source, or a part of one
};
using Pieces = std::vector<Piece>;

Pieces pieces_of(const TreeSourcePtr& source);
// The trees at positions first .. first + count - 1 of a sequence of pieces.
Pieces cut(const Pieces& pieces, std::uint64_t first, std::uint64_t count);
// Rows of a source's batches, in the given order. Neighbours of one segment share a piece.
Pieces pieces_of(const TreeSourcePtr& source, std::span<const RowRef> rows);

class SplicedSource : public TreeSource {
 public:
  explicit SplicedSource(const Pieces& pieces);

  const PathDictionary& paths() const override { return *paths_; }
  std::uint64_t trees() const override { return trees_; }
  std::span<const Segment> segments() const override { return segments_; }
  bool rowids_ascend() const override { return false; }
  batch::BatchReaderPtr open_batch(BatchId batch) override;

 private:
  std::vector<std::pair<TreeSourcePtr, BatchId>> batches_;
  PathDictionary none_;
  const PathDictionary* paths_;  // of the first piece; batches know their own
  std::vector<Segment> segments_;
  std::uint64_t trees_ = 0;
};

}  // namespace arbors::exec
