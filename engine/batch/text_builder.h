// One text stream while it grows: a dictionary of distinct texts as long as texts repeat, then
// plain. Fast for both: a repeated text costs a hash and a compare, a plain one a copy.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/batch/column_buffer.h"

namespace arbors::batch {

class TextBuilder {
 public:
  void add(std::string_view text) {
    if (!state_) state_ = std::make_unique<State>();  // most columns have no texts of some kind
    TextBuffer& buffer = state_->buffer;
    if (!buffer.dictionary) {
      if (buffer.pool.size() != 0) return buffer.pool.add(text);
      buffer.dictionary = true;  // each stream begins as a dictionary
    }
    buffer.codes.push_back(state_->code_of(text));
    if (buffer.codes.size() >= state_->next_review) review();
  }

  const TextBuffer& buffer() const;
  std::size_t size() const { return state_ ? state_->buffer.size() : 0; }

  // Keeps the first `values` texts only, as if the others had never come.
  void truncate(std::size_t values);

  TextBuffer take();

 private:
  static constexpr std::size_t kFirstReview = 1024;

  struct State {
    std::uint32_t code_of(std::string_view text) {
      const auto hash = static_cast<std::uint32_t>(hash_of(text) >> 32);
      if (slots.empty()) rehash(256);
      for (std::size_t at = hash;; ++at) {
        const std::uint32_t slot = slots[at & mask];
        if (slot == 0) return add_entry(text, hash, at & mask);
        if (hashes[slot - 1] == hash && buffer.pool[slot - 1] == text) return slot - 1;
      }
    }
    std::uint32_t add_entry(std::string_view text, std::uint32_t hash, std::size_t slot);
    void rehash(std::size_t count);

    TextBuffer buffer;
    std::vector<std::uint32_t> slots;  // entry + 1, or 0; open addressing
    std::size_t mask = 0;
    std::vector<std::uint32_t> hashes;     // of each entry
    std::vector<std::uint32_t> first_use;  // the value that brought each entry
    std::size_t next_review = kFirstReview;
  };

  static std::uint64_t hash_of(std::string_view text);
  void review();  // turns plain where the dictionary does not pay

  std::unique_ptr<State> state_;  // null: no text yet
};

inline std::uint64_t TextBuilder::hash_of(std::string_view text) {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15ULL;
  constexpr std::uint64_t kMix2 = 0xD6E8FEB86659FD93ULL;
  std::uint64_t hash = text.size() * kMix;
  const char* p = text.data();
  std::size_t left = text.size();
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kMix2;
    hash ^= hash >> 32;
  };
  std::uint64_t word = 0;
  for (; left >= 8; p += 8, left -= 8) {
    std::memcpy(&word, p, 8);
    mix(word);
  }
  if (left > 0) {
    word = 0;
    std::memcpy(&word, p, left);
    mix(word);
  }
  return hash * kMix;
}

}  // namespace arbors::batch
