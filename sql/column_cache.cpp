#include "sql/column_cache.h"

namespace arbors::store {

batch::VectorPtr ColumnCache::find(std::uint64_t nonce, PathId path) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find({nonce, path});
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->column;
}

void ColumnCache::put(std::uint64_t nonce, PathId path, batch::VectorPtr column) {
  const std::lock_guard lock(mutex_);
  const Key key{nonce, path};
  const std::size_t bytes = column->memory() + sizeof(Entry);
  if (bytes > capacity_ || index_.contains(key)) return;
  entries_.push_front({key, std::move(column), bytes});
  index_.emplace(key, entries_.begin());
  bytes_ += bytes;
  shrink();
}

void ColumnCache::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  index_.clear();
  bytes_ = 0;
}

std::size_t ColumnCache::capacity() const {
  const std::lock_guard lock(mutex_);
  return capacity_;
}

void ColumnCache::set_capacity(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
  shrink();
}

std::size_t ColumnCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void ColumnCache::shrink() {
  while (bytes_ > capacity_) {
    bytes_ -= entries_.back().bytes;
    index_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace arbors::store
