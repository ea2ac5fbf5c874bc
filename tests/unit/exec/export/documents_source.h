// A source of trees made from JSON texts, cut into batches, of which a test may take out trees.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/exec/source/tree_source.h"
#include "tests/unit/batch/naive_builder.h"

namespace arbors::exec {

class DocumentsSource : public TreeSource {
 public:
  // Each list is a batch and a segment.
  explicit DocumentsSource(const std::vector<std::vector<std::string>>& batches,
                           const batch::KeepOpaque& keep_opaque = {});

  // Keeps the trees for which `keep(position)` holds, in segments of at most `rows` rows.
  void cut(std::uint32_t rows, const std::function<bool(std::uint64_t)>& keep);

  const PathDictionary& paths() const override { return *paths_; }
  std::uint64_t trees() const override { return trees_; }
  std::span<const Segment> segments() const override { return segments_; }
  bool rowids_ascend() const override { return true; }
  batch::BatchReaderPtr open_batch(BatchId batch) override { return batches_.at(batch); }

 private:
  std::shared_ptr<PathDictionary> paths_ = std::make_shared<PathDictionary>();
  std::vector<batch::BatchReaderPtr> batches_;
  std::vector<Segment> segments_;
  std::uint64_t trees_ = 0;
};

}  // namespace arbors::exec
