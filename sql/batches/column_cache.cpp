#include "sql/batches/column_cache.h"

#include <algorithm>
#include <iterator>

namespace arbors::store {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;
constexpr std::size_t kMostDropped = 65536;  // keys remembered
constexpr std::size_t kMostPicked = 262144;  // the same
// Picks of a column, about as dear together as decoding it.
constexpr std::uint32_t kPicks = 3;
constexpr std::uint32_t kPicksWhenFull = 5 * kPicks;
constexpr std::size_t kSingleRows = 8;  // more at once count as all picks

}  // namespace

ColumnCache::ColumnCache() : texts_(std::make_shared<batch::TextBudget>()) {
  set_capacity(kDefaultBytes);
}

batch::VectorPtr ColumnCache::find(std::uint64_t nonce, PathId path) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find({nonce, path});
  if (found == index_.end()) return nullptr;
  Entry& entry = *found->second;
  entry.apart = clock_ - entry.used;
  entry.used = clock_;
  Entries& home = entry.settled ? settled_ : new_;
  home.splice(home.begin(), home, found->second);
  return entry.column;
}

void ColumnCache::put(std::uint64_t nonce, PathId path, batch::VectorPtr column) {
  const std::lock_guard lock(mutex_);
  const std::size_t bytes = column->memory();
  insert({nonce, path}, std::move(column), bytes);
}

void ColumnCache::put(std::uint64_t nonce, PathId path, batch::VectorPtr column,
                      const void* arbor) {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = column->memory();
  if (column->strings && bytes <= capacity_) {
    const std::size_t entries = column->strings->size();
    column->strings->numbers = std::make_shared<batch::EntryNumbers>(domain(arbor, path), entries);
    bytes += batch::EntryNumbers::memory(entries);
  }
  insert({nonce, path}, std::move(column), bytes);
}

bool ColumnCache::note_pick(std::uint64_t nonce, PathId path, std::size_t rows, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (picks_.size() >= kMostPicked) picks_.clear();
  const bool room = bytes_ + texts_->used + bytes <= capacity_;
  const auto picked = picks_.try_emplace({nonce, path}).first;
  picked->second += rows <= kSingleRows ? 1 : kPicks;
  if (picked->second <= (room ? kPicks : kPicksWhenFull)) return true;
  picks_.erase(picked);
  return false;
}

void ColumnCache::hand_over(std::uint64_t from, std::uint64_t to, PathId path) {
  const std::lock_guard lock(mutex_);
  const Key key{to, path};
  const auto found = index_.find({from, path});
  if (found == index_.end() || index_.contains(key)) return;
  const auto entry = found->second;
  index_.emplace(key, entry);
  index_.erase({from, path});
  entry->key = key;
}

void ColumnCache::insert(const Key& key, batch::VectorPtr column, std::size_t bytes) {
  bytes += sizeof(Entry);
  if (bytes > capacity_ || index_.contains(key)) {
    ++departures_;
    return;
  }
  new_.push_front({key, std::move(column), bytes, clock_, time_apart(key)});
  try {
    index_.emplace(key, new_.begin());
  } catch (...) {
    new_.pop_front();
    throw;
  }
  clock_ += bytes;
  bytes_ += bytes;
  new_bytes_ += bytes;
  shrink();
}

// Tells how long ago a column that was dropped had been asked for.
std::uint64_t ColumnCache::time_apart(const Key& key) {
  const auto known = dropped_.find(key);
  if (known == dropped_.end()) return kNever;
  const std::uint64_t apart = clock_ - known->second;
  dropped_.erase(known);
  return apart;
}

batch::TextDomainPtr ColumnCache::domain(const void* arbor, PathId path) {
  if (domains_.size() >= sweep_domains_at_) {
    std::erase_if(domains_, [](const auto& domain) { return domain.second.expired(); });
    sweep_domains_at_ = domains_.size() * 2 + 1024;
  }
  std::weak_ptr<batch::TextDomain>& known = domains_[{arbor, path}];
  batch::TextDomainPtr domain = known.lock();
  if (!domain) known = domain = std::make_shared<batch::TextDomain>(texts_);
  return domain;
}

void ColumnCache::clear() {
  const std::lock_guard lock(mutex_);
  ++departures_;
  new_.clear();
  settled_.clear();
  index_.clear();
  dropped_.clear();
  picks_.clear();
  domains_.clear();
  bytes_ = new_bytes_ = 0;
}

std::size_t ColumnCache::capacity() const {
  const std::lock_guard lock(mutex_);
  return capacity_;
}

void ColumnCache::set_capacity(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
  texts_->most = bytes / 4;
  shrink();
}

std::size_t ColumnCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_ + texts_->used;
}

// Whether the oldest newcomer is worth less than the oldest of the others.
bool ColumnCache::newcomer_goes() const {
  const Entry& oldest = settled_.back();
  return clock_ - oldest.used <= std::min<std::uint64_t>(new_.back().apart, capacity_ * 8);
}

void ColumnCache::drop_last(Entries& entries) {
  const Entry& entry = entries.back();
  ++departures_;
  if (dropped_.size() >= kMostDropped) dropped_.clear();
  dropped_[entry.key] = entry.used;
  bytes_ -= entry.bytes;
  if (!entry.settled) new_bytes_ -= entry.bytes;
  index_.erase(entry.key);
  entries.pop_back();
}

void ColumnCache::settle_last() {
  Entry& entry = new_.back();
  entry.settled = true;
  new_bytes_ -= entry.bytes;
  settled_.splice(settled_.begin(), new_, std::prev(new_.end()));
}

void ColumnCache::shrink() {
  while (!index_.empty() && bytes_ + texts_->used > capacity_) {
    const bool crowded = new_bytes_ > capacity_ / 4;
    if (crowded && bytes_ - new_bytes_ + new_.back().bytes <= capacity_ / 4 * 3) {
      settle_last();  // there is room
    } else if (settled_.empty() || (crowded && newcomer_goes())) {
      drop_last(new_);
    } else {
      drop_last(settled_);
      if (crowded) settle_last();
    }
  }
}

}  // namespace arbors::store
