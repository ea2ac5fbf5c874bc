// A decoded column of values: what expressions read and give, what cursors hand out, what the
// decoded-chunk cache holds. Immutable once built and shared by pointer.
//
// Shape: `rows` values. The tag of row r is `tags[r]`, or `uniform` for all rows where `tags` is
// empty. Payload arrays are indexed by row (not dense) and are empty where no row of their kind
// exists; slots of other kinds hold 0. String, BigNumber and Opaque rows hold in `codes[r]` the
// entry of their own pool; Object rows hold in `codes[r]` the index of their shape.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/vectors/codes.h"
#include "engine/batch/vectors/tag.h"

namespace arbors::batch {

class EntryNumbers;  // text_domain.h

// Texts back to back. `offsets` has one more entry than there are texts. Or, where `folded` is not
// 0, as many texts that a domain holds: all have numbers, and offsets and heap are those of none.
// `distinct`: no two entries are equal. `sorted`: besides, entries ascend in memcmp order (a
// dictionary whose ranges are code ranges).
struct TextPool {
  std::vector<std::uint32_t> offsets{0};
  std::vector<char> heap;
  std::uint32_t folded = 0;
  bool distinct = false;
  bool sorted = false;
  // What the entries are called in a domain; of pools that outlive a query. Set before the pool is
  // shared, or never. A copy that gets more entries must drop them.
  mutable std::shared_ptr<EntryNumbers> numbers;

  std::size_t size() const { return offsets.size() - 1 + folded; }
  std::string_view operator[](std::size_t entry) const {
    if (folded != 0) [[unlikely]]
      return numbered(entry);
    return {heap.data() + offsets[entry], offsets[entry + 1] - offsets[entry]};
  }
  void add(std::string_view text) {
    heap.insert(heap.end(), text.begin(), text.end());
    offsets.push_back(static_cast<std::uint32_t>(heap.size()));
  }

 private:
  std::string_view numbered(std::size_t entry) const;
};

struct Vector {
  std::uint32_t rows = 0;
  Tag uniform = Tag::Missing;      // meaningful where tags is empty
  TagSet kinds = 0;                // the tags that occur (a superset is allowed)
  std::vector<std::uint8_t> tags;  // empty, or one Tag a row

  std::vector<std::int64_t> integers;  // Integer rows
  std::vector<double> reals;           // Real rows; BigNumber rows hold the nearest double here too
  Codes codes;                         // String, BigNumber, Opaque, Object rows
  std::shared_ptr<const TextPool> strings;
  std::shared_ptr<const TextPool> big_numbers;
  std::shared_ptr<const TextPool> opaque;

  // Array rows: row r's elements are rows starts[r] .. starts[r+1]-1 of the element domain.
  // Empty, or rows+1 entries (rows of other kinds have no elements).
  std::vector<std::uint32_t> starts;
  // Object rows: shapes[codes[r]] lists the object's keys in order, as path numbers.
  std::shared_ptr<const std::vector<std::vector<PathId>>> shapes;

  Tag tag(std::size_t row) const { return tags.empty() ? uniform : static_cast<Tag>(tags[row]); }
  bool has(Tag tag) const { return (kinds & tag_bit(tag)) != 0; }
  bool only(TagSet allowed) const { return (kinds & ~allowed) == 0; }
  std::string_view text(std::size_t row) const;  // String, BigNumber and Opaque rows
  std::size_t memory() const;                    // bytes held, for the cache
};

using VectorPtr = std::shared_ptr<const Vector>;

// Rows of a vector, a domain or a scope, by number. kNoRow stands for a row that is not there;
// what is read from it is Missing.
using RowSpan = std::span<const std::uint32_t>;
inline constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

}  // namespace arbors::batch
