// The entries of many rows for a kept-up index, gathered batch by batch and written in the index's
// own order: then pages of its B-tree fill one by one, and each is written once. Texts are sorted
// by batch, where equal ones stand for all their rows, and merged; what else may stand in an index
// is sorted value by value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/exec/source/tree_source.h"
#include "sql/tables/path_index.h"

namespace arbors::store {

class IndexEntries {
 public:
  // Gathers about so many bytes before it writes them. A part that is written into what is there
  // already touches all of its pages again.
  IndexEntries(PathIndex& index, std::size_t most) : index_(index), most_(most) {}

  // Adds what a segment's live rows stand under.
  void add(batch::BatchReader& batch, const exec::Segment& segment);
  void write();

 private:
  // The texts of some rows of a batch, one at least: ascending, and side by side, since in the
  // batch they may lie in any order. Text i stands for rowids[starts[i]] .. rowids[starts[i+1] -
  // 1].
  struct Run {
    batch::TextPool texts;
    std::vector<std::uint32_t> starts;
    std::vector<std::int64_t> rowids;

    std::size_t size() const { return texts.size(); }
    std::string_view operator[](std::size_t at) const { return texts[at]; }
    std::size_t memory() const;
  };
  struct Other {
    Value key;
    std::int64_t rowid;
  };

  void add_texts(const batch::Vector& column, const std::vector<std::int64_t>& rowids);
  void add_other(IndexKeys keys, std::int64_t rowid);
  void write_others(PathIndex::Writer& writer);
  void write_runs(PathIndex::Writer& writer);

  PathIndex& index_;
  std::size_t most_;
  std::vector<Run> runs_;
  std::vector<Other> others_;
  std::size_t held_ = 0;  // bytes
};

}  // namespace arbors::store
