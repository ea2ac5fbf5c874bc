// The decoded columns of a connection, least recently used ones dropped beyond a bound. The key is
// the batch's nonce, a random number drawn when the batch is written: whatever a rollback or
// another connection does to batch numbers, an entry can only be found by the batch it came from.
// Safe for several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

#include "engine/base/path_dictionary.h"
#include "engine/batch/vector.h"

namespace arbors::store {

class ColumnCache {
 public:
  static constexpr std::size_t kDefaultBytes = 256U << 20;

  batch::VectorPtr find(std::uint64_t nonce, PathId path);
  void put(std::uint64_t nonce, PathId path, batch::VectorPtr column);
  void clear();

  std::size_t capacity() const;
  void set_capacity(std::size_t bytes);
  std::size_t bytes() const;  // held now

 private:
  struct Key {
    std::uint64_t nonce;
    PathId path;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return key.nonce ^ (key.path * 0x9E3779B97F4A7C15ULL);
    }
  };
  struct Entry {
    Key key;
    batch::VectorPtr column;
    std::size_t bytes;
  };
  void shrink();  // to the capacity

  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<Key, std::list<Entry>::iterator, KeyHash> index_;
  std::size_t capacity_ = kDefaultBytes;
  std::size_t bytes_ = 0;
};

}  // namespace arbors::store
