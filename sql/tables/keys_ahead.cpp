#include "sql/tables/keys_ahead.h"

#include <algorithm>

namespace arbors::store {

namespace {

constexpr unsigned kAscending = 16;       // look-ups in a row before it is read ahead
constexpr std::size_t kMostAhead = 1024;  // entries

}  // namespace

bool KeysAhead::ascends(std::int64_t key) {
  ascending_ = key > last_ ? std::min(ascending_ + 1, kAscending) : 0;
  last_ = key;
  return ascending_ == kAscending;
}

const KeysAhead::Entry* KeysAhead::find(std::int64_t key) const {
  const auto found = std::ranges::lower_bound(entries_, key, {}, &Entry::key);
  return found == entries_.end() || found->key != key ? nullptr : &*found;
}

void KeysAhead::start(std::int64_t key) {
  entries_.clear();
  low_ = high_ = key;
}

void KeysAhead::append(Entry entry) {
  high_ = std::max(high_, entry.key);
  if (entries_.size() >= kMostAhead) {
    entries_.clear();
    low_ = entry.key;
  }
  entries_.push_back(std::move(entry));
}

bool KeysAhead::takes(std::int64_t key) const {
  return covers(key) && (entries_.empty() || entries_.back().key < key);
}

void KeysAhead::forget() { *this = {}; }

}  // namespace arbors::store
