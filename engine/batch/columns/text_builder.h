// One text stream while it grows: a dictionary of distinct texts as long as texts repeat, then
// plain. Fast for both: a repeated text costs a hash and a compare, a plain one a copy.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/batch/columns/column_buffer.h"

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
      const std::uint64_t hash = hash_of(text);
      if (slots.empty()) rehash(256);
      for (std::size_t at = first_slot(hash);; ++at) {
        const std::uint32_t slot = slots[at & mask];
        if (slot == 0) return add_entry(text, hash, at & mask);
        if (hashes[slot - 1] == hash && is_entry(slot - 1, text)) return slot - 1;
      }
    }
    // Says whether an entry of the text's hash is the text. Short ones of one size and hash are
    // equal: their hash is a permutation of their bytes.
    bool is_entry(std::uint32_t entry, std::string_view text) const {
      const std::string_view known = buffer.pool[entry];
      return known.size() == text.size() &&
             (text.size() <= 8 || std::memcmp(known.data(), text.data(), text.size()) == 0);
    }
    static std::size_t first_slot(std::uint64_t hash) { return hash >> 32; }
    std::uint32_t add_entry(std::string_view text, std::uint64_t hash, std::size_t slot);
    void rehash(std::size_t count);

    TextBuffer buffer;
    std::vector<std::uint32_t> slots;  // entry + 1, or 0; open addressing
    std::size_t mask = 0;
    std::vector<std::uint64_t> hashes;     // of each entry
    std::vector<std::uint32_t> first_use;  // the value that brought each entry
    std::size_t next_review = kFirstReview;
  };

  static std::uint64_t hash_of(std::string_view text);
  static std::uint64_t short_word(const char* bytes, std::size_t size);  // 1 to 7 bytes, then zeros
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
  if (left > 0) mix(short_word(p, left));
  return hash * kMix;
}

// Loads of fixed size that overlap, where memcpy would be a call.
inline std::uint64_t TextBuilder::short_word(const char* bytes, std::size_t size) {
  if (size >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, bytes, 4);
    std::memcpy(&last, bytes + size - 4, 4);
    return first | std::uint64_t{last} << (8 * (size - 4));
  }
  const auto byte = [bytes](std::size_t at) {
    return std::uint64_t{static_cast<unsigned char>(bytes[at])} << (8 * at);
  };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

}  // namespace arbors::batch
