// Hashes of keys: a key whose hash is not among them is none of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace arbors::store {

class KeyHashes {
 public:
  void add(std::span<const std::uint64_t> hashes);
  bool has_any(std::span<const std::uint64_t> hashes) const;
  void clear() { *this = {}; }
  std::size_t memory() const { return slots_.size() * sizeof(std::uint64_t); }
  std::size_t memory_with(std::size_t more) const;  // once so many are added

 private:
  // Calls use(hash) until it is true; has memory fetch the slots ahead, each of which would be
  // waited for alone.
  template <typename Use>
  bool for_each(std::span<const std::uint64_t> hashes, const Use& use) const;
  std::size_t find(std::uint64_t hash) const;  // its slot, or the free one where it would go
  std::size_t slots_for(std::size_t more) const;
  void grow(std::size_t slots);

  std::vector<std::uint64_t> slots_;  // a power of two; 0: free
  std::size_t count_ = 0;
};

}  // namespace arbors::store
