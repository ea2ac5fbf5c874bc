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

// The first place from `at` on whose slot is empty or may be the hash's text's.
template <typename Pool>
std::size_t NumberedTexts<Pool>::probe(std::uint64_t hash, std::size_t at) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  while (slots_[at].number != kEmpty && slots_[at].tag != tag) at = (at + 1) & mask;
  return at;
}

template <typename Pool>
std::uint32_t NumberedTexts<Pool>::number(std::string_view text, std::uint64_t hash) {
  if (hashes_.size() * 2 >= slots_.size()) grow();
  return number_from(home_of(hash), text, hash);
}

// There is room for one text more. No slot before `at` is the text's.
template <typename Pool>
std::uint32_t NumberedTexts<Pool>::number_from(std::size_t at, std::string_view text,
                                               std::uint64_t hash) {
  const std::uint32_t known = find_from(at, text, hash);
  if (known != kNone) return known;
  check_room(*pool_, text);
  while (slots_[at].number != kEmpty) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = {static_cast<std::uint32_t>(hash >> 32), size()};
  hashes_.push_back(hash);
  pool_->add(text);
  return slots_[at].number;
}

template <typename Pool>
std::uint32_t NumberedTexts<Pool>::find(std::string_view text, std::uint64_t hash) const {
  return slots_.empty() ? kNone : find_from(home_of(hash), text, hash);
}

template <typename Pool>
std::uint32_t NumberedTexts<Pool>::find_from(std::size_t at, std::string_view text,
                                             std::uint64_t hash) const {
  for (at = probe(hash, at);; at = probe(hash, (at + 1) & (slots_.size() - 1))) {
    const std::uint32_t number = slots_[at].number;
    if (number == kEmpty || (*pool_)[number] == text) return number;
  }
}

template <typename Pool>
void NumberedTexts<Pool>::find(std::span<const std::string_view> texts,
                               std::uint32_t* numbers) const {
  if (slots_.empty()) {
    std::fill_n(numbers, texts.size(), kNone);
    return;
  }
  std::array<std::uint64_t, kAhead> hashes{};
  std::array<std::size_t, kAhead> places{};
  for (std::size_t first = 0; first < texts.size(); first += kAhead) {
    const std::size_t count = std::min(kAhead, texts.size() - first);
    for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_text(texts[first + i]);
    fetch_ahead({hashes.data(), count}, places.data());
    for (std::size_t i = 0; i < count; ++i)
      numbers[first + i] = find_from(places[i], texts[first + i], hashes[i]);
  }
}

template <typename Pool>
void NumberedTexts<Pool>::number(std::span<const std::string_view> texts, std::uint32_t* numbers) {
  std::array<std::uint64_t, kAhead> hashes{};
  std::array<std::size_t, kAhead> places{};
  PolledSteps steps;
  for (std::size_t first = 0; first < texts.size(); first += kAhead) {
    const std::size_t count = std::min(kAhead, texts.size() - first);
    while ((hashes_.size() + count) * 2 >= slots_.size()) grow();
    for (std::size_t i = 0; i < count; ++i) hashes[i] = hash_text(texts[first + i]);
    fetch_ahead({hashes.data(), count}, places.data());
    for (std::size_t i = 0; i < count; ++i)
      numbers[first + i] = number_from(places[i], texts[first + i], hashes[i]);
    steps.step(count);
  }
}

// Asks for each hash's slots, then for the text of the one whose tag is the hash's, and tells its
// place.
template <typename Pool>
void NumberedTexts<Pool>::fetch_ahead(std::span<const std::uint64_t> hashes,
                                      std::size_t* places) const {
  for (const std::uint64_t hash : hashes) __builtin_prefetch(&slots_[home_of(hash)]);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    places[i] = probe(hashes[i], home_of(hashes[i]));
    const std::uint32_t number = slots_[places[i]].number;
    if (number != kEmpty) fetch_place(*pool_, number);
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const std::uint32_t number = slots_[places[i]].number;
    if (number != kEmpty) fetch_text(*pool_, number);
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
