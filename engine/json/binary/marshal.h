// Writes JSON trees in the format of Python's marshal (version 4), which Python reads faster than
// JSON: a list of trees, whose keys and short texts stand once and are then referred to.
// https://docs.python.org/3/library/marshal.html, layouts in CPython's Python/marshal.c.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/json/values/scalar_reader.h"

namespace arbors::json {

class MarshalList {
 public:
  // The deepest tree that is taken: readers refuse what nests far deeper.
  static constexpr unsigned kMostDepth = 500;

  // Begins an empty list.
  void clear();
  // Appends a tree of minimal JSON text. False where it nests too deeply, or holds an integer of
  // more than 4,300 digits: the list is as before. What is no JSON is Error{Corrupt}.
  bool add(std::string_view json);
  std::uint32_t size() const { return count_; }
  // The list so far.
  std::string_view bytes();

 private:
  static constexpr std::uint32_t kSlots = 8192, kMostKnown = kSlots / 2, kMostShared = 32;
  static constexpr std::uint32_t kNoSlot = kSlots;

  // A text that stands in the list, found again by its bytes.
  struct Known {
    std::uint32_t hash = 0, offset = 0, size = 0, reference = 0;  // size 0: none
    std::uint32_t next_key = kNoSlot;  // the key that came after this one, the last time
  };

  void value(unsigned depth);
  void object(unsigned depth);
  void array(unsigned depth);
  void number();
  void word(std::string_view text, char type);
  void key();
  std::uint32_t string();
  std::uint32_t text(std::string_view text, bool ascii);
  std::uint32_t find(std::string_view text, std::uint32_t hash) const;
  void refer(const Known& known);
  void big_integer(std::string_view digits);
  void integer(std::int64_t value);
  void digits(std::uint64_t magnitude, bool negative);
  char here() const;
  void expect(char c);
  [[noreturn]] void fail() const;

  void reserve(std::size_t more);
  void put(char byte) { *to_++ = byte; }
  void put(const void* bytes, std::size_t size);
  void u32(std::uint32_t value) { put(&value, sizeof value); }
  std::size_t size_of_list() const { return static_cast<std::size_t>(to_ - list_.get()); }

  // The list; add() makes room for all that a tree can become, so that nothing else asks for it.
  std::unique_ptr<char[]> list_;
  std::size_t capacity_ = 0;
  char* to_ = nullptr;   // where the next byte goes
  std::string scratch_;  // a text whose escapes are undone
  std::uint32_t count_ = 0, references_ = 0;
  std::array<Known, kSlots> known_;
  std::uint32_t known_count_ = 0;
  std::uint32_t last_key_ = kNoSlot;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace arbors::json
