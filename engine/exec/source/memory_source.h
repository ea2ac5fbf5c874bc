// A source of trees in memory: one segment a batch, all alive, rowids counted from 1.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

class MemorySource : public TreeSource {
 public:
  MemorySource(std::vector<batch::BatchReaderPtr> batches,
               std::shared_ptr<const PathDictionary> paths);

  const PathDictionary& paths() const override { return *paths_; }
  std::uint64_t trees() const override { return trees_; }
  std::span<const Segment> segments() const override { return segments_; }
  bool rowids_ascend() const override { return true; }
  bool readers_apart() const override { return true; }
  batch::BatchReaderPtr open_batch(BatchId batch) override;

 private:
  std::vector<batch::BatchReaderPtr> batches_;
  std::shared_ptr<const PathDictionary> paths_;
  std::vector<Segment> segments_;
  std::uint64_t trees_ = 0;
};

}  // namespace arbors::exec
