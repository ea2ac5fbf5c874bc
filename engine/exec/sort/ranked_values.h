// The values of a sort key, told by their ranks again (sort_ranks.h): whoever reads a sorted column
// need not gather it from all over the batches, and reads equal texts from one place.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/path.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/sort/ranks.h"

namespace arbors::exec {

class RankedValues {
 public:
  // Integers: `least` has rank 1. Booleans come back as the integers that SQL takes them for.
  static RankedValues integers(std::int64_t least) { return {nullptr, least}; }
  // Distinct texts: the first has rank 1.
  static RankedValues texts(std::shared_ptr<const batch::TextPool> pool) {
    return {std::move(pool), 0};
  }

  // How SortRanks directed the ranks.
  void direct(bool descending, std::uint64_t greatest, std::uint64_t null_rank) {
    descending_ = descending;
    greatest_ = greatest;
    null_rank_ = null_rank;
  }

  // Value i is that of rank ranks[i].
  batch::VectorPtr values(std::span<const std::uint64_t> ranks) const;

 private:
  RankedValues(std::shared_ptr<const batch::TextPool> pool, std::int64_t least)
      : pool_(std::move(pool)), least_(least) {}

  std::shared_ptr<const batch::TextPool> pool_;  // null: integers
  std::int64_t least_;
  bool descending_ = false;
  std::uint64_t greatest_ = 0;  // of a value
  std::uint64_t null_rank_ = 0;
};

// The ranks of sorted rows: where equal ones stand together, as runs.
class SortedRanks {
 public:
  // `order` gives the rows' numbers as they are sorted, `ranks` the rank of each number.
  SortedRanks(const Ranks& ranks, const std::vector<std::uint32_t>& order);

  // The ranks of `count` sorted rows from the first one given.
  std::vector<std::uint64_t> cut(std::size_t first, std::size_t count) const;

 private:
  struct Run {
    std::uint64_t rank;
    std::size_t end;  // of its rows
  };
  template <typename Word>
  bool take_runs(const std::vector<Word>& ranks, const std::vector<std::uint32_t>& order);

  std::vector<Run> runs_;
  Ranks each_;  // instead, where runs would be short
};

// A sort key that is a path, with the ranks of the sorted rows.
struct SortedColumn {
  Path path;
  RankedValues values;
  SortedRanks ranks;
};

}  // namespace arbors::exec
