// What a value is, in one of sixteen codes: the only type code of columns, vectors and storage.
// Stored on disk: never renumber.
#pragma once

#include <cstdint>
#include <span>

namespace arbors::batch {

enum class Tag : std::uint8_t {
  Missing = 0,    // the path is not in this row; SQL NULL, but no `null` in the tree
  Null = 1,       // JSON null
  False = 2,      // SQL 0
  True = 3,       // SQL 1
  Integer = 4,    // fits int64
  Real = 5,       // a double
  BigNumber = 6,  // a number that neither holds: its exact digits as text; SQL REAL
  String = 7,
  Object = 8,  // shredded into the columns of its keys
  Array = 9,   // shredded into its element domain
  Opaque = 10  // an object or array kept as minimal JSON text
};
inline constexpr unsigned kTags = 16;

using TagSet = std::uint16_t;
constexpr TagSet tag_bit(Tag tag) { return static_cast<TagSet>(1U << static_cast<unsigned>(tag)); }

// Gathers the kinds that occur among tags.
inline TagSet kinds_of(std::span<const std::uint8_t> tags) {
  TagSet kinds = 0;
  for (const std::uint8_t tag : tags) kinds |= static_cast<TagSet>(1U << tag);
  return kinds;
}

inline constexpr TagSet kAnyTags = 0xFFFF;
inline constexpr TagSet kNullTags = tag_bit(Tag::Missing) | tag_bit(Tag::Null);
inline constexpr TagSet kNumberTags = tag_bit(Tag::False) | tag_bit(Tag::True) |
                                      tag_bit(Tag::Integer) | tag_bit(Tag::Real) |
                                      tag_bit(Tag::BigNumber);
inline constexpr TagSet kNestedTags =
    tag_bit(Tag::Object) | tag_bit(Tag::Array) | tag_bit(Tag::Opaque);
inline constexpr TagSet kTextTags = tag_bit(Tag::String) | kNestedTags;  // SQL TEXT

}  // namespace arbors::batch
