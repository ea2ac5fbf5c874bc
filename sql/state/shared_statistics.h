// Statistics of one batch in memory, by path, shared by its readers. Safe for several threads.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "engine/base/path_dictionary.h"
#include "engine/batch/columns/statistics.h"

namespace arbors::store {

class SharedStatistics {
 public:
  // Gives a path's statistics, made where they are not known; null is an answer too.
  template <typename Make>
  const batch::Statistics* get(PathId path, Make&& make) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = known_.find(path); known != known_.end()) return known->second.get();
    }
    std::unique_ptr<const batch::Statistics> made = make();
    const std::lock_guard lock(mutex_);
    return known_.try_emplace(path, std::move(made)).first->second.get();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<PathId, std::unique_ptr<const batch::Statistics>> known_;
};

}  // namespace arbors::store
