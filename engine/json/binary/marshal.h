// Writes JSON trees in the format of Python's marshal (version 4), which Python reads faster than
// JSON: a list of trees, whose keys and short texts stand once and are then referred to.
// https://docs.python.org/3/library/marshal.html, layouts in CPython's Python/marshal.c.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/json/binary/marshal_writer.h"
#include "engine/json/values/scalar_reader.h"

namespace arbors::json {

class MarshalList : public MarshalWriter {
 public:
  // The deepest tree that is taken: readers refuse what nests far deeper.
  static constexpr unsigned kMostDepth = 500;

  // Begins an empty list.
  void clear();
  // Appends a tree of minimal JSON text. False where it nests too deeply, or holds an integer of
  // more than 4,300 digits: the list is as before. What is no JSON is Error{Corrupt}.
  bool add(std::string_view json) {
    if (!append(json)) return false;
    ++count_;
    return true;
  }
  // Begins values of no list; appends one, as add does.
  void clear_values();
  bool append(std::string_view json);
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
  void whole(std::string_view decimal);
  void word(std::string_view text, char type);
  void key();
  std::uint32_t string();
  std::uint32_t shared_text(std::string_view text, bool ascii);
  std::uint32_t find(std::string_view text, std::uint32_t hash) const;
  char here() const;
  void expect(char c);
  [[noreturn]] void fail() const;

  std::string scratch_;  // a text whose escapes are undone
  std::uint32_t count_ = 0;
  std::array<Known, kSlots> known_;
  std::uint32_t known_count_ = 0;
  std::uint32_t last_key_ = kNoSlot;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace arbors::json
