// A batch whose trees are those of another with nested objects as dotted keys, {"a":{"b":1}} as
// {"a.b":1}: the same columns under other names, so that reading one field reads one column. Rows
// keep their numbers.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/batch/columns/batch_reader.h"

namespace arbors::exec {

class FlattenedBatch : public batch::BatchReader {
 public:
  // Null where renamed columns cannot say it: objects kept as text, or keys that hold dots already,
  // of which two may become one. Reads no payload.
  static batch::BatchReaderPtr of(const batch::BatchReaderPtr& base);

  std::uint32_t trees() const override { return base_->trees(); }
  const PathDictionary& paths() const override { return paths_; }
  const batch::Statistics* statistics(PathId path) override;
  void load(std::span<const PathId> paths) override;
  batch::VectorPtr column(PathId path) override;
  std::uint64_t stored_bytes(PathId path) override {
    return path < from_.size() ? base_->stored_bytes(from_[path]) : 0;
  }

 private:
  explicit FlattenedBatch(batch::BatchReaderPtr base) : base_(std::move(base)) {}

  bool name_paths();
  void name_below(PathId from, PathId to);
  void note(PathId from, PathId to);
  bool is_object_path(PathId path) const;  // of the trees' own, and of objects in some rows
  std::vector<PathId> needed(PathId path) const;
  batch::VectorPtr objects();
  batch::VectorPtr without_members(PathId path);
  batch::VectorPtr renamed(const batch::VectorPtr& column) const;

  batch::BatchReaderPtr base_;
  PathDictionary paths_;
  std::vector<PathId> from_;               // the base's path of each
  std::unordered_map<PathId, PathId> to_;  // the other way round
  std::vector<PathId> objects_;            // the base's paths of objects of the trees' own
  std::unordered_map<PathId, batch::VectorPtr> columns_;  // those that are not the base's
  std::unordered_map<PathId, batch::Statistics> statistics_;
};

// The path that a path of flattened trees has in the trees before, where no key there holds a dot.
Path unflattened(const Path& path);

}  // namespace arbors::exec
