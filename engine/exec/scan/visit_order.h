// In which order a top-k visits the segments of a scan: those whose statistics promise the best
// keys first, so that the threshold soon rules the others out. Only a hint: any order gives the
// same answer.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/exec/scan/scan.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class VisitOrder {
 public:
  // `key` is the first of the sort.
  VisitOrder(const ScanInput& input, const plan::SortKey& key);

  // The order is the source's own or its reverse, whatever further keys there are.
  bool by_place() const { return by_place_; }

  const std::vector<std::uint32_t>& segments() const { return segments_; }
  // The least index among the segments that are visited after `segment`; beyond all after the last.
  std::uint32_t lowest_after(std::uint32_t segment) const { return lowest_after_[segment]; }

 private:
  bool by_place_;
  std::vector<std::uint32_t> segments_;
  std::vector<std::uint32_t> lowest_after_;  // by segment
};

}  // namespace arbors::exec
