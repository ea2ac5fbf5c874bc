// Merges the statistics of one path over batches: counts add up, bounds widen. Distinct estimates
// cannot be added: the merged one lies between the greatest of them and their sum, nearer to the
// greatest the less the batches' bounds differ.
#pragma once

#include "engine/batch/columns/statistics.h"

namespace arbors::store {

class StatisticsMerge {
 public:
  void add(const batch::Statistics& statistics);
  bool empty() const { return empty_; }
  const batch::Statistics& total() const { return total_; }

 private:
  batch::Statistics total_;
  bool empty_ = true;
};

}  // namespace arbors::store
