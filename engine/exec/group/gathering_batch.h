// A batch of trees that gather others: each is a small tree, its head, with one field more, an
// array of the trees of a group. A whole tree is written straight to whoever reads it. The arrays
// are in no column before one is asked for, and in none when it was let go: they may be large.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/exec/group/gathered_trees.h"

namespace arbors::exec {

class GatheringBatch : public batch::BatchReader {
 public:
  // One head a group. A head that is no object is Error{Invalid} when it is read, with `stage` in
  // the message.
  GatheringBatch(batch::BatchReaderPtr heads, std::string field, GatheredTrees arrays,
                 std::string stage);

  std::uint32_t trees() const override { return heads_->trees(); }
  const PathDictionary& paths() const override { return columns().paths; }
  const batch::Statistics* statistics(PathId path) override;
  void load(std::span<const PathId> paths) override;
  batch::VectorPtr column(PathId path) override;
  bool append_tree(std::uint32_t row, std::string& out) override;

 private:
  // What reading columns needs beyond the heads' own.
  struct Columns {
    PathDictionary paths;  // the heads', and the field's
    PathId field = kNoPath;
    batch::VectorPtr root;  // the heads' objects with the field as their last key
    batch::Statistics of_field;
    batch::BatchReaderPtr whole;  // stands in for all, where no field can be added to the heads
  };
  const Columns& columns() const;
  void write_tree(std::uint32_t row, std::string& out) const;
  void write_head(std::uint32_t row, std::string& out) const;
  batch::BatchReaderPtr whole_trees() const;
  batch::VectorPtr arrays();
  [[noreturn]] void refuse_head(std::string_view head) const;

  batch::BatchReaderPtr heads_;
  std::string field_;
  std::string stage_;
  mutable GatheredTrees arrays_;
  mutable std::optional<batch::TreeWriter> head_writer_;
  mutable std::optional<Columns> columns_;  // none until asked for
  std::weak_ptr<const batch::Vector> known_arrays_;
};

}  // namespace arbors::exec
