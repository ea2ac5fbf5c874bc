// The decoded columns of a connection within a bound. The key is the batch's nonce, a random number
// drawn when the batch is written: whatever a rollback or another connection does to batch numbers,
// an entry can only be found by the batch it came from. Safe for several threads.
//
// What goes beyond the bound is chosen so that a scan of more than the bound, again and again,
// finds part of it here, where dropping the least recently used would drop each column just before
// it is asked for. Newcomers wait in a quarter of the room. The oldest of them takes the place of
// the oldest other column only if that one has lain unused for longer than the newcomer was away,
// or for eight times the bound; time is told by the bytes that had to be decoded. So a new working
// set takes over when it is asked for a second or third time.
//
// Before any columns go, those that are no newcomers are packed (PackedVector), the oldest first:
// whoever asks for one unpacks it for itself. And where columns of a path had to go and are asked
// for again, texts that its batches have in common are folded, the oldest column's first: they go
// into the domain of their path (TextDomain), where each stands once however many batches have it,
// and the column keeps its texts' numbers. What the domains hold counts too, and takes a quarter of
// the bound at most.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include "engine/base/path_dictionary.h"
#include "engine/batch/vectors/packed_vector.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::store {

class ColumnCache {
 public:
  static constexpr std::size_t kDefaultBytes = 256U << 20;

  ColumnCache();

  // A column as it is held: one of the two, or neither where it is not here.
  struct Held {
    batch::VectorPtr vector;
    batch::PackedVectorPtr packed;
    bool operator==(const Held&) const = default;
  };
  Held look_up(std::uint64_t nonce, PathId path);
  // Notes that a column which is held packed is in use unpacked besides.
  void note_unpacked() { ++departures_; }
  batch::VectorPtr find(std::uint64_t nonce, PathId path);  // unpacked
  void put(std::uint64_t nonce, PathId path, batch::VectorPtr column);
  // Besides, gives the column's strings numbers in the domain of an Arbor's path; `arbor` is any
  // pointer that tells Arbors apart. To be called before the column is shared.
  void put(std::uint64_t nonce, PathId path, batch::VectorPtr column, const void* arbor);
  // Notes that some rows of a column that is not here are asked for, and says whether to decode
  // these alone; else the column, which would take so many bytes, has been asked for often enough
  // to be decoded and kept: the second time many rows of it are, the fourth time single ones are,
  // and five times as often where another must go for it, unless single rows of a column are asked
  // for that has not been here before; twenty times as often if many rows are of one that has, or
  // not even a quarter of the columns that are picked would fit.
  bool note_pick(std::uint64_t nonce, PathId path, std::size_t rows, std::size_t bytes);
  // Gives a column to another batch that has the same.
  void hand_over(std::uint64_t from, std::uint64_t to, PathId path);
  void clear();

  std::size_t capacity() const;
  void set_capacity(std::size_t bytes);
  std::size_t bytes() const;  // held now, with the domains
  // Grows whenever a column that may be in use is not held, or no longer: who keeps columns besides
  // the cache lets go of them then, so that both together stay within the bound.
  std::uint64_t departures() const { return departures_; }

 private:
  struct Key {
    std::uint64_t nonce;
    PathId path;
    bool operator==(const Key&) const = default;
  };
  using Domains = std::map<std::pair<const void*, PathId>, std::weak_ptr<batch::TextDomain>>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return key.nonce ^ (key.path * 0x9E3779B97F4A7C15ULL);
    }
  };
  struct Entry {
    Key key;
    Held column;
    std::size_t bytes;
    std::uint64_t used;   // when it was asked for last
    std::uint64_t apart;  // how long before that it had been asked for
    bool settled = false;
    bool packable = false;  // once it is settled, and not packed yet
  };
  using Entries = std::list<Entry>;  // most recently used first
  using Lock = std::unique_lock<std::mutex>;
  bool insert(const Key& key, batch::VectorPtr column, std::size_t bytes);  // false: too large
  batch::TextDomainPtr domain(const void* arbor, PathId path);
  std::uint64_t time_apart(const Key& key);
  bool newcomer_goes() const;
  void drop_last(Entries& entries);
  void settle_last();
  bool is_over() const { return !index_.empty() && bytes_ + texts_->used > capacity_; }
  void shrink();  // to the capacity
  // The same, squeezing columns before any go; lets go of the lock meanwhile.
  void shrink(Lock& lock);
  bool squeeze_one(Lock& lock);  // false: none is left
  template <typename Smaller>
  void replace(const Key& key, Lock& lock, Smaller smaller);
  bool settle_where_room();
  void take_packable(Entry& entry);
  std::size_t spare() const;
  std::size_t room() const;
  bool is_crowded() const { return new_bytes_ > room() / 4; }  // by newcomers

  mutable std::mutex mutex_;
  Entries new_, settled_;
  std::unordered_map<Key, Entries::iterator, KeyHash> index_;
  using Home = std::pair<const void*, PathId>;  // a path of an Arbor
  void note_foldable(const Key& key, const void* arbor);
  void note_return(const Home& home);
  void note_all_return();
  // Columns that may be folded once one of their path comes back; those that are to be.
  std::map<Home, std::deque<Key>> waiting_;
  std::set<Home> came_back_;
  std::deque<Key> foldable_;                                 // those that are here, oldest first
  std::deque<Key> packable_;                                 // the same
  std::size_t packable_bytes_ = 0;                           // of columns in packable_
  std::unordered_map<Key, std::uint64_t, KeyHash> dropped_;  // when each was used last
  struct Picked {
    std::uint32_t times = 0;
    std::size_t bytes = 0;  // that the column would take; 0: single rows were asked for
  };
  void forget_picks();
  std::unordered_map<Key, Picked, KeyHash> picks_;  // of columns that are not here
  std::size_t picked_bytes_ = 0;                    // of these
  std::uint64_t clock_ = 0;                         // bytes put so far
  std::size_t capacity_ = kDefaultBytes;
  std::size_t bytes_ = 0;
  std::size_t new_bytes_ = 0;  // of those, in new_
  std::atomic<std::uint64_t> departures_{0};
  // The domains live as long as a column in the cache, or in use, has strings of theirs.
  Domains domains_;
  std::size_t sweep_domains_at_ = 1024;
  std::shared_ptr<batch::TextBudget> texts_;
};

}  // namespace arbors::store
