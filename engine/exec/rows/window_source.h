// A source whose trees are made when they are read: windows, each a batch. Lets a plan go on after
// a stage whose trees exist in no column, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <vector>

#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

class WindowSource : public TreeSource {
 public:
  // Makes the batch of trees first .. first + count - 1. May be asked for any window, repeatedly.
  using Make = std::function<batch::BatchReaderPtr(std::uint64_t first, std::uint32_t count)>;

  // `ends[w]` is the number of trees in windows 0 .. w.
  WindowSource(std::vector<std::uint64_t> ends, Make make);
  // Windows of `window` trees.
  static TreeSourcePtr even(std::uint64_t trees, std::uint32_t window, Make make);

  const PathDictionary& paths() const override { return paths_; }
  std::uint64_t trees() const override { return ends_.empty() ? 0 : ends_.back(); }
  std::span<const Segment> segments() const override { return segments_; }
  bool rowids_ascend() const override { return true; }
  batch::BatchReaderPtr open_batch(BatchId batch) override;

 private:
  std::vector<std::uint64_t> ends_;
  Make make_;
  PathDictionary paths_;  // batches know their own
  std::vector<Segment> segments_;
  std::list<std::pair<BatchId, batch::BatchReaderPtr>> recent_;  // newest first
};

}  // namespace arbors::exec
