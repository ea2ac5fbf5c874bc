#include "engine/batch/vectors/text_table.h"

#include <xxhash.h>

#include <algorithm>
#include <array>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"

namespace arbors::batch {

namespace {

void check_room(const TextPool& pool, std::string_view text) {
  if (pool.heap.size() + text.size() > UINT32_MAX)
    throw Error(ErrorCode::Limit, "the distinct texts of a plan take more than 4 GiB");
}
void check_room(const LastingTexts& /*pool*/, std::string_view /*text*/) {}

void fetch_place(const TextPool& pool, std::uint32_t text) {
  __builtin_prefetch(&pool.offsets[text]);
}
void fetch_place(const LastingTexts& pool, std::uint32_t text) {
  __builtin_prefetch(&pool.place(text));
}

void fetch_text(const TextPool& pool, std::uint32_t text) {
  __builtin_prefetch(pool.heap.data() + pool.offsets[text]);
}
void fetch_text(const LastingTexts& pool, std::uint32_t text) {
  __builtin_prefetch(pool.place(text).begin);
}

std::size_t memory_of(const TextPool& pool) {
  return pool.offsets.capacity() * sizeof(std::uint32_t) + pool.heap.capacity();
}
std::size_t memory_of(const LastingTexts& pool) { return pool.memory(); }

}  // namespace

std::uint64_t hash_text(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

template <typename Pool>
std::uint32_t NumberedTexts<Pool>::number(std::string_view text, std::uint64_t hash) {
  if (hashes_.size() * 2 >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.number == kEmpty) {
      check_room(*pool_, text);
      slot = {tag, size()};
      hashes_.push_back(hash);
      pool_->add(text);
      return slot.number;
    }
    if (slot.tag == tag && (*pool_)[slot.number] == text) return slot.number;
  }
}

template <typename Pool>
std::uint32_t NumberedTexts<Pool>::find(std::string_view text, std::uint64_t hash) const {
  if (slots_.empty()) return kNone;
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.number == kEmpty) return kNone;
    if (slot.tag == tag && (*pool_)[slot.number] == text) return slot.number;
  }
}

template <typename Pool>
void NumberedTexts<Pool>::find(std::span<const std::string_view> texts,
                               std::uint32_t* numbers) const {
  constexpr std::size_t kAhead = 16;
  std::array<std::uint64_t, kAhead> hashes{};
  for (std::size_t first = 0; first < texts.size(); first += kAhead) {
    const std::size_t count = std::min(kAhead, texts.size() - first);
    for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_text(texts[first + i]);
    fetch_ahead({hashes.data(), count});
    for (std::size_t i = 0; i < count; ++i) numbers[first + i] = find(texts[first + i], hashes[i]);
  }
}

template <typename Pool>
void NumberedTexts<Pool>::number(std::span<const std::string_view> texts, std::uint32_t* numbers) {
  constexpr std::size_t kAhead = 64;
  std::array<std::uint64_t, kAhead> hashes{};
  PolledSteps steps;
  for (std::size_t first = 0; first < texts.size(); first += kAhead) {
    const std::size_t count = std::min(kAhead, texts.size() - first);
    for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_text(texts[first + i]);
    fetch_ahead({hashes.data(), count});
    for (std::size_t i = 0; i < count; ++i)
      numbers[first + i] = number(texts[first + i], hashes[i]);
    steps.step(count);
  }
}

// Asks for each hash's slot, then for the text that the slot names.
template <typename Pool>
void NumberedTexts<Pool>::fetch_ahead(std::span<const std::uint64_t> hashes) const {
  if (slots_.empty()) return;
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint64_t hash : hashes) __builtin_prefetch(&slots_[hash & mask]);
  for (const std::uint64_t hash : hashes) {
    const Slot& slot = slots_[hash & mask];
    if (slot.number != kEmpty) fetch_place(*pool_, slot.number);
  }
  for (const std::uint64_t hash : hashes) {
    const Slot& slot = slots_[hash & mask];
    if (slot.number != kEmpty) fetch_text(*pool_, slot.number);
  }
}

template <typename Pool>
std::size_t NumberedTexts<Pool>::memory() const {
  return slots_.capacity() * sizeof(Slot) + hashes_.capacity() * sizeof(std::uint64_t) +
         memory_of(*pool_);
}

template <typename Pool>
void NumberedTexts<Pool>::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, {});
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < hashes_.size(); ++number) {
    std::size_t at = hashes_[number] & mask;
    while (slots_[at].number != kEmpty) at = (at + 1) & mask;
    slots_[at] = {static_cast<std::uint32_t>(hashes_[number] >> 32), number};
  }
}

template class NumberedTexts<TextPool>;
template class NumberedTexts<LastingTexts>;

}  // namespace arbors::batch
