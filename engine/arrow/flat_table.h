// Reads tables of a FlatBuffer that comes from anywhere: every offset is checked when it is
// followed, so that no verification goes before. Fields are told by their number in the format's
// schema; a field that is absent has its default. Throws Error{Invalid} where an offset leads out.
// https://flatbuffers.dev/internals
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace arbors::arrow {

[[noreturn]] void throw_bad_arrow(std::string_view what);

class FlatTable;

// A vector of fixed-size elements or of offsets to tables.
class FlatVector {
 public:
  FlatVector() = default;
  FlatVector(std::string_view buffer, std::size_t at, std::size_t element);

  std::size_t size() const { return size_; }
  FlatTable table(std::size_t index) const;
  template <typename T>
  T number(std::size_t index, std::size_t within = 0) const {
    T value;
    std::memcpy(&value, buffer_.data() + first_ + index * element_ + within, sizeof value);
    return value;
  }

 private:
  std::string_view buffer_;
  std::size_t first_ = 0, element_ = 0, size_ = 0;
};

class FlatTable {
 public:
  // The table that the buffer begins with.
  static FlatTable root(std::string_view buffer);
  FlatTable(std::string_view buffer, std::size_t at);

  template <typename T>
  T number(unsigned field, T otherwise) const {
    const std::size_t at = place(field, sizeof(T));
    if (at == 0) return otherwise;
    T value;
    std::memcpy(&value, buffer_.data() + at, sizeof value);
    return value;
  }
  std::optional<FlatTable> table(unsigned field) const;
  std::string_view text(unsigned field) const;  // empty where absent
  // Elements of so many bytes; of no elements where absent.
  FlatVector vector(unsigned field, std::size_t element) const;

 private:
  std::size_t place(unsigned field, std::size_t size) const;  // 0: absent
  std::optional<std::size_t> followed(unsigned field) const;

  std::string_view buffer_;
  std::size_t at_, vtable_;
  std::uint16_t vtable_size_, table_size_;
};

}  // namespace arbors::arrow
