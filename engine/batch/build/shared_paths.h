// The path dictionary of an Arbor while several threads build batches for it. Path numbers come out
// as if the batches had been built one after another: a batch with paths that the dictionary lacks
// waits until every batch before it is done; a batch without such paths never waits.
//
// Sequence numbers are 0, 1, 2, …; each must be resolved, skipped, or given up with abort(), which
// wakes and fails every waiting thread. The dictionary is touched only under the mutex here, until
// the import is over.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>

#include "engine/base/path_dictionary.h"

namespace arbors::batch {

class SharedPaths {
 public:
  static constexpr std::size_t kMaxPaths = 65536;  // of one Arbor

  explicit SharedPaths(PathDictionary& dictionary, std::size_t max_paths = kMaxPaths);

  // Runs `known` with the dictionary: true when it needed no new path. Otherwise waits for the
  // turn of `sequence`, then runs `intern` with the dictionary and the number of paths that may be
  // added. Marks the sequence as done either way. Throws Error{Interrupted} after abort().
  void resolve(std::uint64_t sequence, const std::function<bool(const PathDictionary&)>& known,
               const std::function<void(PathDictionary&, std::size_t room)>& intern);

  // Marks a sequence as done that gives no batch.
  void skip(std::uint64_t sequence);

  // Ends all waiting, now and later. Safe to call from any thread, more than once.
  void abort();

  // Runs `read` with the dictionary, under the mutex.
  void read(const std::function<void(const PathDictionary&)>& read) const;

 private:
  void mark_done(std::uint64_t sequence);

  PathDictionary& dictionary_;
  const std::size_t max_paths_;
  mutable std::mutex mutex_;
  std::condition_variable turn_changed_;
  std::uint64_t turn_ = 0;              // the lowest sequence that is not done
  std::set<std::uint64_t> done_early_;  // done ones above it
  bool aborted_ = false;
};

}  // namespace arbors::batch
