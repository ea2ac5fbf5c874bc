// Bytes in the format of Python's marshal (version 4), which Python reads faster than anything
// else: scalars, and the heads of what holds them, one behind the other.
// https://docs.python.org/3/library/marshal.html, layouts in CPython's Python/marshal.c.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace arbors::json {

class MarshalWriter {
 public:
  // Most bytes that stand before a text or list of any size, or that a number takes.
  static constexpr std::size_t kMostHead = 5, kMostNumber = 15;

  static bool is_ascii(std::string_view text);

  void clear();
  std::string_view written() const { return {bytes_.get(), offset()}; }

  // Makes room: whoever writes has asked for all that it writes, so that nothing else looks.
  void reserve(std::size_t more) {
    if (capacity_ - offset() < more) grow(more);
  }

  void null() { put('N'); }
  void truth(bool value) { put(value ? 'T' : 'F'); }
  void integer(std::int64_t value);
  void real(double value);
  // A text as Python reads it: UTF-8. `shared`: it may be referred to.
  void text(std::string_view text, bool shared = false) {
    this->text(text, is_ascii(text), shared);
  }
  void text(std::string_view text, bool ascii, bool shared);
  // What was shared, by the number that next_reference() gave it.
  void refer(std::uint32_t reference);
  std::uint32_t next_reference() { return references_++; }

  // Heads: as many values follow.
  void list(std::uint32_t values);
  void tuple(std::uint8_t values);
  // Bytes as they are.
  void blob(std::span<const char> bytes);

 protected:
  void put(char byte) { *to_++ = byte; }
  void put(const void* bytes, std::size_t size) {
    std::memcpy(to_, bytes, size);
    to_ += size;
  }
  void u32(std::uint32_t value) { put(&value, sizeof value); }
  void big_integer(std::string_view decimal);

  std::size_t offset() const { return static_cast<std::size_t>(to_ - bytes_.get()); }
  char* at(std::size_t offset) { return bytes_.get() + offset; }
  const char* at(std::size_t offset) const { return bytes_.get() + offset; }
  // Forgets what was written since.
  void go_back(std::size_t offset, std::uint32_t references) {
    to_ = bytes_.get() + offset;
    references_ = references;
  }
  std::uint32_t references() const { return references_; }

 private:
  void grow(std::size_t more);
  void digits(std::uint64_t magnitude, bool negative);

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  char* to_ = nullptr;  // where the next byte goes
  std::uint32_t references_ = 0;
};

}  // namespace arbors::json
