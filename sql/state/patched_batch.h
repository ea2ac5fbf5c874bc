// A stored batch with pending trees in the place of some rows, and pending values in others, read
// as one batch: the rows keep their numbers, so that a scan over an Arbor with many replaced rows
// costs what it costs without them.
//
// A column is put together from those of its parts: the stored batch, the blocks of pending trees,
// and those of pending values, which are the roots of trees of their own. Statistics tell of all
// rows of the stored batch and of the replacements: what they rule out is not there, what they say
// of all rows holds for all.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "sql/batches/connection.h"
#include "sql/state/pending_trees.h"
#include "sql/state/shared_statistics.h"
#include "sql/state/spliced_column.h"

namespace arbors::store {

// Rows of the batch, ascending, and what stands in the place of each: one row of a block, the first
// block being part 1.
struct PatchedRows {
  std::vector<std::uint32_t> rows;
  std::vector<PartRun> runs;
};

// What the readers of one patched batch share.
struct PatchedFacts {
  std::uint64_t nonce = 0;               // random: the key of its columns in the cache
  PatchedRows trees;                     // from `blocks`
  std::map<PathId, PatchedRows> values;  // from `value_blocks`; of none of the rows above
  std::vector<PendingBlock> blocks, value_blocks;
  // Of each of `trees`, the keys of the root under which it may differ from the row that it stands
  // in the place of, by number in `keys`; kAllKeys: it may differ in all. The block need hold no
  // others of its values, but holds all keys of the object. Empty: all may differ in all.
  static constexpr std::uint32_t kAllKeys = UINT32_MAX;
  std::vector<std::uint32_t> touched;
  std::vector<std::vector<PathId>> keys;  // each ascending
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
  bool tells_exactly(PathId path) const override { return is_as_stored(path); }
  void load(std::span<const PathId> paths) override;
  batch::VectorPtr column(PathId path) override;
  batch::VectorPtr picked(PathId path, batch::RowSpan rows) override;
  bool picks(PathId path) override;
  bool is_decoded(PathId path) override;

  // Tells whether what stands in the place of rows may have other values at a path than they.
  bool differs(PathId path);
  // The same as column(), made anew and not kept. Null where the path does not occur.
  batch::VectorPtr spliced(PathId path);

 private:
  using Runs = std::vector<PartRun>;
  static constexpr PathId kNoPath = 0xFFFFFFFF;

  // The array element path that a path's values belong to; kNoPath for the trees themselves.
  PathId domain_of(PathId path) const;
  const PatchedRows* values_of(PathId path) const;  // nullptr: none are replaced
  bool is_as_stored(PathId path) const;
  // The replaced trees that may differ at a path.
  const PatchedRows& trees_over(PathId path) const;
  PathId key_of(PathId path) const;  // the root's key, or element, that a path lies under
  // What is known by a path's domain, or, of trees, by its key.
  PathId place_of(PathId path) const;
  // Which parts' rows make up a path's domain: of all parts, or of the replaced trees alone.
  const Runs& runs(PathId path);
  const Runs& replaced_runs(PathId path);
  const Runs& hidden_runs(PathId path);  // of the stored rows that those stand in the place of
  Runs elements(const Runs& parents, PathId array);
  bool differ(PathId path);
  std::unique_ptr<const batch::Statistics> merge_statistics(PathId path);

  std::vector<batch::BatchReaderPtr> parts_;         // the stored batch, then blocks of trees
  std::vector<batch::BatchReaderPtr> value_blocks_;  // for splicing, the parts after those
  std::shared_ptr<PatchedFacts> facts_;
  ConnectionPtr connection_;
  mutable std::map<PathId, PatchedRows> trees_over_;
  std::map<PathId, Runs> runs_, replaced_runs_, hidden_runs_;
  std::map<PathId, bool> differs_;
  std::unordered_map<PathId, batch::VectorPtr> loaded_;
};

}  // namespace arbors::store
