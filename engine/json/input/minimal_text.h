// Tells at little cost whether JSON text is minimal already, so that it need not be written anew:
// most texts that come from programs are. Texts that come one after another often have the same
// keys in the same order: these were found to be different once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::json {

// Tells whether a text is an integer of up to 18 digits as it is written.
bool is_minimal_integer(std::string_view text);

class MinimalText {
 public:
  // `token` to `end` are the text's structural index; a byte behind the text is readable. True: the
  // Normalizer would accept the text and write it as it stands. False: perhaps not; so for what is
  // deep or long, and for strings with escapes.
  bool recognize(std::string_view text, const std::uint32_t* token, const std::uint32_t* end);

 private:
  static constexpr unsigned kMostDepth = 32;
  static constexpr std::size_t kMostKeys = 64;  // of one object
  static constexpr std::size_t kMostBytes = 64 << 10;

  struct Key {
    std::uint64_t mark;  // of its length, its beginning and its end
    std::string_view text;
  };

  bool open(bool object);
  bool value();
  bool close();
  bool key();
  bool add_key(std::string_view key);
  bool is_known(std::string_view key, std::size_t first) const;
  void learn(std::string_view key, std::size_t first, std::uint64_t mark);
  bool string();
  bool scalar();
  bool real(std::string_view number);
  bool is_here(char c) const;
  // Moves past a token of one byte; false where another stands there.
  bool pass(char c);

  std::string_view text_;
  const std::uint32_t* token_ = nullptr;
  std::uint32_t at_ = 0;  // where the next token must begin
  unsigned depth_ = 0;
  bool objects_[kMostDepth] = {};            // whether that is what is open
  std::size_t first_keys_[kMostDepth] = {};  // in keys_
  std::vector<Key> keys_;                    // of the objects that are open
  // The keys of texts before, in the order in which they were met: no object has one twice.
  struct Known {
    std::uint64_t mark;
    std::size_t at, size;      // of the text in known_text_
    std::size_t place, first;  // what keys_ held, and from where on those of the same object
  };
  std::vector<Known> known_;
  std::string known_text_;
  std::size_t met_ = 0;   // keys of this text
  bool as_known_ = true;  // these are the same
  std::string written_;
};

}  // namespace arbors::json
