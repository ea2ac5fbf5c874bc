// Numbers 64-bit keys in order of first appearance: an open hash table without deletion, the work
// horse of grouping. A look-up of a known key costs one probe.
#pragma once

#include <cstdint>
#include <vector>

namespace arbors::exec {

// Mixes a key's bits (the finalizer of MurmurHash3).
inline std::uint64_t mix(std::uint64_t key) {
  key = (key ^ (key >> 33)) * 0xFF51AFD7ED558CCDU;
  key = (key ^ (key >> 33)) * 0xC4CEB9FE1A85EC53U;
  return key ^ (key >> 33);
}

class NumberTable {
 public:
  // Gives the key's number; `size()` grows by one for a new key.
  std::uint32_t number(std::uint64_t key) {
    if (keys_.size() * 2 >= slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = mix(key) & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      if (slot.number == kEmpty) {
        slot = {key, static_cast<std::uint32_t>(keys_.size())};
        keys_.push_back(key);
        return slot.number;
      }
      if (slot.key == key) return slot.number;
    }
  }

  // Fetches ahead what a look-up of the key reads.
  void fetch_ahead(std::uint64_t key) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[mix(key) & (slots_.size() - 1)]);
  }

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // Gives the key's number; kNone where it has none.
  std::uint32_t find(std::uint64_t key) const {
    if (slots_.empty()) return kNone;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = mix(key) & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.number == kEmpty || slot.key == key) return slot.number;
    }
  }

  std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
  std::uint64_t key(std::uint32_t number) const { return keys_[number]; }

 private:
  static constexpr std::uint32_t kEmpty = kNone;
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t number = kEmpty;
  };

  void grow() {
    slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, {});
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t number = 0; number < keys_.size(); ++number) {
      std::size_t at = mix(keys_[number]) & mask;
      while (slots_[at].number != kEmpty) at = (at + 1) & mask;
      slots_[at] = {keys_[number], number};
    }
  }

  std::vector<Slot> slots_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace arbors::exec
