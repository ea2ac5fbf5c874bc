// Bounds-checked reading and plain writing of stored bytes: little-endian fixed integers, LEB128
// varints, zigzag varints, length-prefixed blobs. Every layout in the project is read through
// ByteReader; a read past the end is corruption, never undefined behaviour.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/error.h"

namespace arbors {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

inline ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

static_assert(std::endian::native == std::endian::little, "layouts are little-endian");

class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  template <typename T>
  requires std::is_trivially_copyable_v<T>
  void fixed(T value) {
    const auto at = out_.size();
    out_.resize(at + sizeof(T));
    std::memcpy(out_.data() + at, &value, sizeof(T));
  }
  void u8(std::uint8_t value) { out_.push_back(value); }
  void varint(std::uint64_t value) {
    while (value >= 0x80) {
      out_.push_back(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    out_.push_back(static_cast<std::uint8_t>(value));
  }
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void raw(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void raw(std::string_view text) { out_.insert(out_.end(), text.begin(), text.end()); }
  void blob(ByteSpan bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  void text(std::string_view text) {
    varint(text.size());
    raw(text);
  }
  std::size_t size() const { return out_.size(); }

 private:
  Bytes& out_;
};

class ByteReader {
 public:
  // `what` names the thing read, for the message of a corruption error; it must outlive the reader.
  explicit ByteReader(ByteSpan bytes, std::string_view what = "stored bytes")
      : bytes_(bytes), what_(what) {}

  template <typename T>
  requires std::is_trivially_copyable_v<T> T fixed() {
    need(sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::uint8_t u8() { return fixed<std::uint8_t>(); }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    fail("a varint is too long");
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  // Reads a count that must not exceed `most`.
  std::size_t count(std::uint64_t most) {
    const std::uint64_t value = varint();
    if (value > most) fail("a count is out of range");
    return static_cast<std::size_t>(value);
  }
  ByteSpan raw(std::size_t size) {
    need(size);
    const ByteSpan part = bytes_.subspan(at_, size);
    at_ += size;
    return part;
  }
  ByteSpan blob() { return raw(count(remaining())); }
  std::string_view text() {
    const ByteSpan part = blob();
    return text_of(part);
  }
  ByteSpan rest() { return raw(remaining()); }
  std::size_t remaining() const { return bytes_.size() - at_; }
  bool done() const { return at_ == bytes_.size(); }
  void expect_done() const {
    if (!done()) fail("bytes are left over");
  }
  [[noreturn]] void fail(std::string_view why) const {
    throw_corrupt(std::string(what_) + ": " + std::string(why));
  }

 private:
  void need(std::size_t size) const {
    if (size > remaining()) fail("it ends too early");
  }

  ByteSpan bytes_;
  std::string_view what_;
  std::size_t at_ = 0;
};

}  // namespace arbors
