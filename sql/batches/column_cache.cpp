#include "sql/batches/column_cache.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace arbors::store {
namespace {

constexpr std::uint64_t kNever = UINT64_MAX;
constexpr std::size_t kMostDropped = 65536;  // keys remembered
constexpr std::size_t kMostPicked = 262144;  // the same
// Picks of a column, about as dear together as decoding it.
constexpr std::uint32_t kPicks = 3;
constexpr std::uint32_t kPicksWhenFull = 5 * kPicks;
constexpr std::uint32_t kPicksWhenGone = 20 * kPicks;
constexpr std::size_t kSingleRows = 8;          // more at once count as all picks
constexpr std::size_t kLeastFolded = 32 << 10;  // bytes of a column's texts
constexpr std::size_t kLeastPacked = 4 << 10;   // bytes of a column
constexpr std::size_t kLeastSpared = 3;         // packing takes a part of so many away, or more
constexpr std::size_t kLeastKept = 4;           // of picked columns one in so many must find room

// What a column takes, with the numbers of its texts.
template <typename Column>
std::size_t memory_of(const Column& column, const std::shared_ptr<const batch::TextPool>& strings) {
  const bool numbered = strings != nullptr && strings->numbers != nullptr;
  return column.memory() + (numbered ? batch::EntryNumbers::memory(strings->size()) : 0);
}

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

ColumnCache::Held ColumnCache::look_up(std::uint64_t nonce, PathId path) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find({nonce, path});
  if (found == index_.end()) return {};
  Entry& entry = *found->second;
  entry.apart = clock_ - entry.used;
  entry.used = clock_;
  Entries& home = entry.settled ? settled_ : new_;
  home.splice(home.begin(), home, found->second);
  return entry.column;
}

batch::VectorPtr ColumnCache::find(std::uint64_t nonce, PathId path) {
  Held held = look_up(nonce, path);
  if (held.packed == nullptr) return std::move(held.vector);
  note_unpacked();
  return held.packed->unpack();
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
  new_.front().packable = bytes >= kLeastPacked;
  shrink(lock);
}

bool ColumnCache::note_pick(std::uint64_t nonce, PathId path, std::size_t rows, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (picks_.size() >= kMostPicked) forget_picks();
  const bool single = rows <= kSingleRows, gone = dropped_.contains({nonce, path});
  const auto pick = picks_.try_emplace({nonce, path}).first;
  std::uint32_t& picks = pick->second.times;
  if (!single) picked_bytes_ += bytes - std::exchange(pick->second.bytes, bytes);
  const auto has_room = [&] { return bytes_ + texts_->used + bytes <= capacity_ + spare(); };
  // Many rows of what has no room are asked for again: as if it had been here.
  if (!single && picks > 0 && !has_room()) note_all_return();
  picks += single ? 1 : kPicks;
  // A column that had to go before would have to go again; so would what a scan picks rows of, and
  // most columns where far more are picked than there could be room for.
  const bool room = has_room() || (single && !gone);
  const bool would_go = !single && (gone || picked_bytes_ / kLeastKept > capacity_);
  if (picks <= (room ? kPicks : would_go ? kPicksWhenGone : kPicksWhenFull)) return true;
  picked_bytes_ -= pick->second.bytes;
  picks_.erase(pick);
  return false;
}

void ColumnCache::forget_picks() {
  picks_.clear();
  picked_bytes_ = 0;
}

// What squeezing would make free, carefully guessed.
std::size_t ColumnCache::spare() const {
  return packable_bytes_ / kLeastSpared + foldable_.size() * kLeastFolded;
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
  if (entry->packable && entry->settled) packable_.push_back(key);
}

bool ColumnCache::insert(const Key& key, batch::VectorPtr column, std::size_t bytes) {
  bytes += sizeof(Entry);
  if (bytes > capacity_ || index_.contains(key)) {
    ++departures_;
    return false;
  }
  new_.push_front({key, {std::move(column), nullptr}, bytes, clock_, time_apart(key)});
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
  packable_.clear();
  dropped_.clear();
  forget_picks();
  domains_.clear();
  bytes_ = new_bytes_ = packable_bytes_ = 0;
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
  Entry& entry = entries.back();
  take_packable(entry);
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
  if (entry.packable) {
    packable_.push_back(entry.key);
    packable_bytes_ += entry.bytes;
  }
  settled_.splice(settled_.begin(), new_, std::prev(new_.end()));
}

// Takes note of the column that was added last.
void ColumnCache::note_foldable(const Key& key, const void* arbor) {
  const Home home{arbor, key.path};
  if (new_.front().apart != kNever) note_return(home);
  if (came_back_.contains(home)) return foldable_.push_back(key);
  std::deque<Key>& waiting = waiting_[home];
  if (waiting.size() > 2 * index_.size() + 1024)
    std::erase_if(waiting, [this](const Key& one) { return !index_.contains(one); });
  waiting.push_back(key);
}

// Notes that columns of a path had to go and are asked for again.
void ColumnCache::note_return(const Home& home) {
  came_back_.insert(home);
  const auto waiting = waiting_.find(home);
  if (waiting == waiting_.end()) return;
  foldable_.insert(foldable_.end(), waiting->second.begin(), waiting->second.end());
  waiting_.erase(waiting);
}

void ColumnCache::note_all_return() {
  while (!waiting_.empty()) note_return(Home(waiting_.begin()->first));
}

void ColumnCache::take_packable(Entry& entry) {
  if (entry.packable && entry.settled) packable_bytes_ -= entry.bytes;
  entry.packable = false;
}

// Puts what smaller(column) gives in a column's place, unless that has left it meanwhile.
template <typename Smaller>
void ColumnCache::replace(const Key& key, Lock& lock, Smaller smaller) {
  auto found = index_.find(key);
  if (found == index_.end()) return;
  const Held held = found->second->column;
  lock.unlock();
  auto [small, bytes] = smaller(held);
  lock.lock();
  found = index_.find(key);
  if (found == index_.end() || found->second->column != held) return;
  Entry& entry = *found->second;
  take_packable(entry);
  if (small == Held()) return;
  bytes += sizeof(Entry);
  bytes_ -= entry.bytes - bytes;
  if (!entry.settled) new_bytes_ -= entry.bytes - bytes;
  entry.bytes = bytes;
  entry.column = std::move(small);
  ++departures_;
}

bool ColumnCache::squeeze_one(Lock& lock) {
  using Smaller = std::pair<Held, std::size_t>;
  const auto pack = [](const batch::Vector& vector) -> Smaller {
    batch::PackedVectorPtr packed = batch::packed(vector);
    if (packed == nullptr) return {};
    const std::size_t bytes = memory_of(*packed, packed->strings());
    return {{nullptr, std::move(packed)}, bytes};
  };
  if (!packable_.empty()) {
    const Key key = packable_.front();
    packable_.pop_front();
    replace(key, lock,
            [&](const Held& held) { return held.vector ? pack(*held.vector) : Smaller(); });
    return true;
  }
  if (foldable_.empty()) return false;
  const Key key = foldable_.front();
  foldable_.pop_front();
  replace(key, lock, [&](const Held& held) -> Smaller {
    const batch::VectorPtr small = folded(held.packed ? *held.packed->unpack() : *held.vector);
    if (small == nullptr) return {};
    Smaller packed = pack(*small);
    if (packed.first.packed != nullptr) return packed;
    return {{small, nullptr}, memory_of(*small, small->strings)};
  });
  return true;
}

void ColumnCache::shrink(Lock& lock) {
  while (is_over() && (settle_where_room() || squeeze_one(lock))) continue;
  shrink();
}

// What the domains leave: in parts of all, columns that settled would go before newcomers do.
std::size_t ColumnCache::room() const {
  return capacity_ - std::min<std::size_t>(texts_->used, capacity_);
}

bool ColumnCache::settle_where_room() {
  if (!is_crowded() || bytes_ - new_bytes_ + new_.back().bytes > room() / 4 * 3) return false;
  settle_last();
  return true;
}

void ColumnCache::shrink() {
  while (is_over()) {
    if (settle_where_room()) continue;
    const bool crowded = is_crowded();
    if (settled_.empty() || (crowded && newcomer_goes())) {
      drop_last(new_);
    } else {
      drop_last(settled_);
      if (crowded) settle_last();
    }
  }
}

}  // namespace arbors::store
