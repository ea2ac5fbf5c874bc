#include "engine/batch/build/shared_paths.h"

#include "engine/base/error.h"

namespace arbors::batch {

SharedPaths::SharedPaths(PathDictionary& dictionary, std::size_t max_paths)
    : dictionary_(dictionary), max_paths_(max_paths) {}

void SharedPaths::resolve(std::uint64_t sequence,
                          const std::function<bool(const PathDictionary&)>& known,
                          const std::function<void(PathDictionary&, std::size_t room)>& intern) {
  std::unique_lock lock(mutex_);
  if (!known(dictionary_)) {
    turn_changed_.wait(lock, [&] { return aborted_ || turn_ == sequence; });
    if (aborted_) throw Error(ErrorCode::Interrupted, "the import was given up");
    const std::size_t size = dictionary_.size();
    intern(dictionary_, size < max_paths_ ? max_paths_ - size : 0);
  }
  mark_done(sequence);
}

void SharedPaths::skip(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  mark_done(sequence);
}

void SharedPaths::abort() {
  const std::lock_guard lock(mutex_);
  aborted_ = true;
  turn_changed_.notify_all();
}

void SharedPaths::read(const std::function<void(const PathDictionary&)>& read) const {
  const std::lock_guard lock(mutex_);
  read(dictionary_);
}

void SharedPaths::mark_done(std::uint64_t sequence) {
  done_early_.insert(sequence);
  while (done_early_.erase(turn_) > 0) ++turn_;
  turn_changed_.notify_all();
}

}  // namespace arbors::batch
