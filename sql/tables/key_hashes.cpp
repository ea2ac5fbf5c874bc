#include "sql/tables/key_hashes.h"

#include <algorithm>

namespace arbors::store {

namespace {

constexpr std::size_t kFewest = 1024;    // slots
constexpr std::size_t kFetchAhead = 16;  // hashes

std::uint64_t slot_value(std::uint64_t hash) { return hash == 0 ? 1 : hash; }

}  // namespace

template <typename Use>
bool KeyHashes::for_each(std::span<const std::uint64_t> hashes, const Use& use) const {
  for (std::size_t at = 0; at < hashes.size(); ++at) {
    if (at + kFetchAhead < hashes.size())
      __builtin_prefetch(&slots_[hashes[at + kFetchAhead] & (slots_.size() - 1)]);
    if (use(hashes[at])) return true;
  }
  return false;
}

std::size_t KeyHashes::find(std::uint64_t hash) const {
  const std::uint64_t wanted = slot_value(hash);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at] != 0 && slots_[at] != wanted) at = (at + 1) & (slots_.size() - 1);
  return at;
}

bool KeyHashes::has_any(std::span<const std::uint64_t> hashes) const {
  return count_ > 0 &&
         for_each(hashes, [this](std::uint64_t hash) { return slots_[find(hash)] != 0; });
}

std::size_t KeyHashes::slots_for(std::size_t more) const {
  std::size_t slots = std::max(kFewest, slots_.size());
  while (2 * (count_ + more) > slots) slots *= 2;
  return slots;
}

std::size_t KeyHashes::memory_with(std::size_t more) const {
  return slots_for(more) * sizeof(std::uint64_t);
}

void KeyHashes::add(std::span<const std::uint64_t> hashes) {
  if (const std::size_t slots = slots_for(hashes.size()); slots > slots_.size()) grow(slots);
  for_each(hashes, [this](std::uint64_t hash) {
    std::uint64_t& slot = slots_[find(hash)];
    count_ += slot == 0 ? 1 : 0;
    slot = slot_value(hash);
    return false;
  });
}

void KeyHashes::grow(std::size_t slots) {
  std::vector<std::uint64_t> old(slots);
  old.swap(slots_);
  for (const std::uint64_t hash : old)
    if (hash != 0) slots_[find(hash)] = hash;
}

}  // namespace arbors::store
