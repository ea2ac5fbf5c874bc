// Tells at little cost whether JSON text is minimal already, so that it need not be written anew:
// most texts that come from programs are. Texts that come one after another often have the same
// keys in the same order: these are looked at once (text_skeletons.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/json/input/text_skeletons.h"

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

  void begin(const std::uint32_t* token);
  bool is_familiar(const std::uint32_t* end);
  bool is_minimal(const std::uint32_t* end);
  bool open(bool object);
  bool value();
  bool close();
  bool key();
  bool add_key(std::string_view key);
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
  TextSkeletons skeletons_;                  // of texts before
  std::string written_;
};

}  // namespace arbors::json
