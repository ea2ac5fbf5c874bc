// Collects trees with their rowids and stores them as batches, each closed when it is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/store/store_impl.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

class BatchWriter {
 public:
  // Appends the segments of its batches to `segments`, without an id.
  BatchWriter(Store::Impl& store, std::vector<SegmentVersion>& segments)
      : store_(store), segments_(segments) {}

  void add(std::int64_t rowid, std::string_view tree);
  // The same of a tree that stays where it is until the next close(): it is not copied.
  void add_kept(std::int64_t rowid, std::string_view tree);
  void close();  // the batch under way; must be called last

 private:
  Store::Impl& store_;
  std::vector<SegmentVersion>& segments_;
  // A tree is in texts_, but where it stays elsewhere.
  struct Tree {
    const char* elsewhere;
    std::size_t begin, size;
  };

  void add(std::int64_t rowid, const Tree& tree);

  std::string texts_;
  std::vector<Tree> trees_;
  std::vector<std::int64_t> rowids_;
  std::size_t bytes_ = 0;
};

}  // namespace arbors::store
