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
constexpr std::size_t kSingleRows = 8;          // more at once count as all picks
constexpr std::size_t kLeastFolded = 32 << 10;  // bytes of a column's texts

// Null where the texts have no room in the domain, or hardly occur in other batches, as far as that
// is known.
batch::VectorPtr folded(const batch::Vector& column) {
  batch::EntryNumbers& numbers = *column.strings->numbers;
  batch::TextDomain& domain = *numbers.domain();
  if (!domain.repeats()) domain.show(*column.strings);
  if (!domain.repeats().value_or(false) || !numbers.complete(*column.strings)) return nullptr;
  return batch::without_texts(column);
}

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
  Lock lock(mutex_);
  const std::size_t bytes = column->memory();
  if (insert({nonce, path}, std::move(column), bytes)) shrink(lock);
}

void ColumnCache::put(std::uint64_t nonce, PathId path, batch::VectorPtr column,
                      const void* arbor) {
  Lock lock(mutex_);
  std::size_t bytes = column->memory();
  const bool numbered = column->strings && bytes <= capacity_;
  if (numbered) {
    const std::size_t entries = column->strings->size();
    column->strings->numbers = std::make_shared<batch::EntryNumbers>(domain(arbor, path), entries);
    bytes += batch::EntryNumbers::memory(entries);
  }
  const bool fold = numbered && column->strings->heap.size() >= kLeastFolded;
  if (!insert({nonce, path}, std::move(column), bytes)) return;
  if (fold) note_foldable({nonce, path}, arbor);
  shrink(lock);
}

bool ColumnCache::note_pick(std::uint64_t nonce, PathId path, std::size_t rows, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (picks_.size() >= kMostPicked) picks_.clear();
  // A column that had to go before would have to go again; so would what a scan picks rows of.
  const bool room = bytes_ + texts_->used + bytes <= capacity_ ||
                    (rows <= kSingleRows && !dropped_.contains({nonce, path}));
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

bool ColumnCache::insert(const Key& key, batch::VectorPtr column, std::size_t bytes) {
  bytes += sizeof(Entry);
  if (bytes > capacity_ || index_.contains(key)) {
    ++departures_;
    return false;
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
  return true;
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
  waiting_.clear();
  came_back_.clear();
  foldable_.clear();
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

// Takes note of the column that was added last.
void ColumnCache::note_foldable(const Key& key, const void* arbor) {
  const Home home{arbor, key.path};
  std::deque<Key>& waiting = waiting_[home];
  if (new_.front().apart != kNever && came_back_.insert(home).second) {
    foldable_.insert(foldable_.end(), waiting.begin(), waiting.end());
    waiting.clear();
  }
  if (came_back_.contains(home)) return foldable_.push_back(key);
  if (waiting.size() > 2 * index_.size() + 1024)
    std::erase_if(waiting, [this](const Key& one) { return !index_.contains(one); });
  waiting.push_back(key);
}

// Puts the column without its texts in its place, unless it has left that meanwhile.
void ColumnCache::fold(const Key& key, Lock& lock) {
  auto found = index_.find(key);
  if (found == index_.end()) return;
  const batch::VectorPtr column = found->second->column;
  lock.unlock();
  batch::VectorPtr small = folded(*column);
  lock.lock();
  found = index_.find(key);
  if (small == nullptr || found == index_.end() || found->second->column != column) return;
  Entry& entry = *found->second;
  const std::size_t bytes =
      small->memory() + sizeof(Entry) + batch::EntryNumbers::memory(small->strings->size());
  bytes_ -= entry.bytes - bytes;
  if (!entry.settled) new_bytes_ -= entry.bytes - bytes;
  entry.bytes = bytes;
  entry.column = std::move(small);
  ++departures_;
}

void ColumnCache::shrink(Lock& lock) {
  while (is_over() && !foldable_.empty()) {
    const Key key = foldable_.front();
    foldable_.pop_front();
    fold(key, lock);
  }
  shrink();
}

void ColumnCache::shrink() {
  while (is_over()) {
    // What the domains leave: in parts of all, columns that settled would go before newcomers do.
    const std::size_t room = capacity_ - std::min<std::size_t>(texts_->used, capacity_);
    const bool crowded = new_bytes_ > room / 4;
    if (crowded && bytes_ - new_bytes_ + new_.back().bytes <= room / 4 * 3) {
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
