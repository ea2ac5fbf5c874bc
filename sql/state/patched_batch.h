// A stored batch with some rows replaced by pending trees, read as one batch: the rows keep their
// numbers, so that a scan over an Arbor with many replaced rows costs what it costs without them.
//
// A column is put together from those of its parts: the stored batch, and the blocks of pending
// trees. Statistics tell of all rows of the stored batch and of the replacements: what they rule
// out is not there, what they say of all rows holds for all.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/batch/batch_reader.h"
#include "sql/state/connection.h"
#include "sql/state/pending_trees.h"
#include "sql/state/shared_statistics.h"
#include "sql/state/splice.h"

namespace arbors::store {

// What the readers of one patched batch share.
struct PatchedFacts {
  std::uint64_t nonce = 0;            // random: the key of its columns in the cache
  std::vector<std::uint32_t> rows;    // the rows of the batch that are replaced, ascending
  std::vector<PartRun> replacements;  // of these, in their order, from parts 1 and up
  std::vector<PendingBlock> blocks;   // parts 1 and up
  SharedStatistics statistics;
};

class PatchedBatch : public batch::BatchReader {
 public:
  // The stored batch knows the paths of the blocks.
  PatchedBatch(batch::BatchReaderPtr stored, const std::shared_ptr<const PathDictionary>& paths,
               std::shared_ptr<PatchedFacts> facts, const ConnectionPtr& connection);

  std::uint32_t trees() const override { return parts_[0]->trees(); }
  const PathDictionary& paths() const override { return parts_[0]->paths(); }
  const batch::Statistics* statistics(PathId path) override;
  void load(std::span<const PathId> paths) override;
  batch::VectorPtr column(PathId path) override;

 private:
  using Runs = std::vector<PartRun>;
  static constexpr PathId kNoPath = 0xFFFFFFFF;

  // The array element path that a path's values belong to; kNoPath for the trees themselves.
  PathId domain_of(PathId path) const;
  // Which parts' rows make up a domain: of all parts, or of the replacements alone.
  const Runs& runs(PathId domain);
  const Runs& replaced_runs(PathId domain);
  Runs elements(const Runs& parents, PathId array);
  std::unique_ptr<const batch::Statistics> merge_statistics(PathId path);

  std::vector<batch::BatchReaderPtr> parts_;
  std::shared_ptr<PatchedFacts> facts_;
  ConnectionPtr connection_;
  std::map<PathId, Runs> runs_, replaced_runs_;
  std::unordered_map<PathId, batch::VectorPtr> loaded_;
};

}  // namespace arbors::store
