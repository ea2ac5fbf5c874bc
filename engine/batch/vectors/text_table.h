// Numbers texts in order of first appearance. Texts are copied once into a pool: back to back,
// where a vector may share it afterwards (TextTable), or so that they stay in their places.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/batch/vectors/lasting_texts.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

std::uint64_t hash_text(std::string_view text);

template <typename Pool>
class NumberedTexts {
 public:
  NumberedTexts() : pool_(std::make_shared<Pool>()) {}

  std::uint32_t number(std::string_view text) { return number(text, hash_text(text)); }
  std::uint32_t number(std::string_view text, std::uint64_t hash);

  // Numbers many texts: the look-ups' memory is fetched ahead of them, a few at a time, since each
  // would wait for it alone.
  void number(std::span<const std::string_view> texts, std::uint32_t* numbers);

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // Gives a text's number; kNone where it has none.
  std::uint32_t find(std::string_view text) const { return find(text, hash_text(text)); }
  std::uint32_t find(std::string_view text, std::uint64_t hash) const;
  void find(std::span<const std::string_view> texts, std::uint32_t* numbers) const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(hashes_.size()); }
  std::string_view operator[](std::uint32_t number) const { return (*pool_)[number]; }
  // The texts by their numbers. Nothing may be added afterwards.
  std::shared_ptr<const Pool> pool() const { return pool_; }
  const Pool& texts() const { return *pool_; }
  std::size_t memory() const;  // bytes held

 private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;
  struct Slot {
    std::uint32_t tag = 0;  // upper half of the hash: settles most comparisons in the slot itself
    std::uint32_t number = kEmpty;
  };
  void grow();
  std::size_t home_of(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t probe(std::uint64_t hash, std::size_t at) const;
  std::uint32_t number_from(std::size_t at, std::string_view text, std::uint64_t hash);
  std::uint32_t find_from(std::size_t at, std::string_view text, std::uint64_t hash) const;
  static constexpr std::size_t kAhead = 64;  // look-ups that wait for memory together
  void fetch_ahead(std::span<const std::uint64_t> hashes, std::size_t* places) const;

  std::vector<Slot> slots_;
  std::vector<std::uint64_t> hashes_;
  std::shared_ptr<Pool> pool_;
};

using TextTable = NumberedTexts<TextPool>;
using LastingTextTable = NumberedTexts<LastingTexts>;
extern template class NumberedTexts<TextPool>;
extern template class NumberedTexts<LastingTexts>;

}  // namespace arbors::batch
