#include "engine/arrow/flat_table.h"

#include <string>

#include "engine/base/error.h"

namespace arbors::arrow {
namespace {

template <typename T>
T flat_number(std::string_view buffer, std::size_t at) {
  if (at > buffer.size() || buffer.size() - at < sizeof(T))
    throw_bad_arrow("an offset of its metadata leads out of it");
  T value;
  std::memcpy(&value, buffer.data() + at, sizeof value);
  return value;
}

// Follows an unsigned offset from its own place.
std::size_t follow(std::string_view buffer, std::size_t at) {
  return at + flat_number<std::uint32_t>(buffer, at);
}

}  // namespace

void throw_bad_arrow(std::string_view what) { throw_invalid("Arrow data: " + std::string(what)); }

FlatVector::FlatVector(std::string_view buffer, std::size_t at, std::size_t element)
    : buffer_(buffer),
      first_(at + sizeof(std::uint32_t)),
      element_(element),
      size_(flat_number<std::uint32_t>(buffer, at)) {
  if (size_ > (buffer.size() - first_) / element)
    throw_bad_arrow("a vector of its metadata is longer than it");
}

FlatTable FlatVector::table(std::size_t index) const {
  return {buffer_, follow(buffer_, first_ + index * element_)};
}

FlatTable FlatTable::root(std::string_view buffer) { return {buffer, follow(buffer, 0)}; }

FlatTable::FlatTable(std::string_view buffer, std::size_t at) : buffer_(buffer), at_(at) {
  vtable_ = static_cast<std::size_t>(static_cast<std::int64_t>(at) -
                                     flat_number<std::int32_t>(buffer, at));
  vtable_size_ = flat_number<std::uint16_t>(buffer, vtable_);
  table_size_ = flat_number<std::uint16_t>(buffer, vtable_ + sizeof(std::uint16_t));
  if (vtable_size_ > buffer.size() - vtable_ || table_size_ > buffer.size() - at)
    throw_bad_arrow("a table of its metadata is longer than it");
}

std::size_t FlatTable::place(unsigned field, std::size_t size) const {
  const std::size_t slot = (field + 2) * sizeof(std::uint16_t);
  if (slot + sizeof(std::uint16_t) > vtable_size_) return 0;
  const auto offset = flat_number<std::uint16_t>(buffer_, vtable_ + slot);
  if (offset == 0) return 0;
  if (offset > table_size_ || table_size_ - offset < static_cast<std::ptrdiff_t>(size))
    throw_bad_arrow("a field of its metadata lies outside of its table");
  return at_ + offset;
}

std::optional<std::size_t> FlatTable::followed(unsigned field) const {
  const std::size_t at = place(field, sizeof(std::uint32_t));
  if (at == 0) return std::nullopt;
  return follow(buffer_, at);
}

std::optional<FlatTable> FlatTable::table(unsigned field) const {
  const std::optional<std::size_t> at = followed(field);
  if (!at) return std::nullopt;
  return FlatTable(buffer_, *at);
}

std::string_view FlatTable::text(unsigned field) const {
  const FlatVector bytes = vector(field, 1);
  if (bytes.size() == 0) return {};
  return buffer_.substr(*followed(field) + sizeof(std::uint32_t), bytes.size());
}

FlatVector FlatTable::vector(unsigned field, std::size_t element) const {
  const std::optional<std::size_t> at = followed(field);
  return at ? FlatVector(buffer_, *at, element) : FlatVector();
}

}  // namespace arbors::arrow
