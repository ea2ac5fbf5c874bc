// Rows in the order of a window: partition by partition, ordered within each, equal ones (peers)
// together. Places are counted in that order over all partitions.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/sort/ranks.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

struct Partitions {
  std::vector<std::uint32_t> rows;    // the row at each place
  std::vector<std::uint32_t> starts;  // partition p has the places starts[p] .. starts[p+1]-1
  std::vector<std::uint32_t> peers;   // group of peers g likewise; groups of a partition go on
  std::vector<std::uint32_t> peers_of_partition;  // partition p begins with this group

  std::uint32_t count() const { return static_cast<std::uint32_t>(starts.size()) - 1; }
};

// Orders rows by the number of their partition, then by their ranks key after key; equal ones keep
// their order. `partition` is empty where all are in one. Without keys, all are peers.
Partitions partitioned(std::uint32_t rows, const std::vector<std::uint32_t>& partition,
                       const std::vector<Ranks>& ranks);

// Keeps the first `count` rows of each partition only; gives them ascending.
std::vector<std::uint32_t> first_of_each(std::uint32_t rows,
                                         const std::vector<std::uint32_t>& partition,
                                         const std::vector<Ranks>& ranks, std::uint64_t count);

// The places of a frame: first .. end - 1. Neither falls as the place goes on in its partition.
struct FramePlaces {
  std::uint32_t first = 0, end = 0;
};

// Walks the places of a partition and tells each one's frame and peers.
class FrameWalk {
 public:
  FrameWalk(const Partitions& partitions, std::uint32_t partition, const plan::WindowFrame& frame);

  bool at_end() const { return place_ == end_; }
  void next();

  std::uint32_t place() const { return place_; }
  std::uint32_t start() const { return start_; }  // of the partition
  std::uint32_t end() const { return end_; }
  std::uint32_t peers_start() const { return partitions_.peers[group_]; }
  std::uint32_t peers_end() const { return partitions_.peers[group_ + 1]; }
  std::uint32_t group() const { return group_ - first_group_; }  // of peers, in the partition
  FramePlaces frame() const;

 private:
  std::uint32_t group_start(std::int64_t group) const;

  const Partitions& partitions_;
  const plan::WindowFrame& frame_;
  std::uint32_t start_, end_, first_group_, end_group_;
  std::uint32_t place_, group_;
};

}  // namespace arbors::exec
