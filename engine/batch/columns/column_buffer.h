// A batch while it is built: one buffer a path, values in dense typed streams, in row order of the
// path's domain. Filled by BatchBuilder, encoded by encode_column, or turned into vectors as it is
// (pending rows, Arbors in memory).
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/vectors/tag.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// Texts of one stream. With `dictionary`, `pool` holds distinct texts in order of first appearance
// and codes[i] names the i-th value's; without, pool[i] is the i-th value and `codes` is empty.
struct TextBuffer {
  TextPool pool;
  std::vector<std::uint32_t> codes;
  bool dictionary = false;

  std::size_t size() const { return dictionary ? codes.size() : pool.size(); }
  std::string_view operator[](std::size_t value) const {
    return pool[dictionary ? codes[value] : value];
  }
};

struct ColumnBuffer {
  PathId path = kRootPath;
  std::vector<std::uint8_t> tags;      // one Tag a row of the domain
  std::vector<std::int64_t> integers;  // dense: one entry a row of that tag, and so below
  std::vector<double> reals;           // Real rows only
  TextBuffer strings;
  TextBuffer big_numbers;
  TextBuffer opaque;
  std::vector<std::uint32_t> lengths;   // Array rows: how many elements
  std::vector<std::uint32_t> shape_of;  // Object rows: index into shapes
  std::vector<std::vector<PathId>> shapes;
};

// Every column's tags have as many entries as its domain has rows: `trees` for the root domain, the
// sum of `lengths` of the array column for its element domain.
struct BuiltBatch {
  std::uint32_t trees = 0;
  std::uint64_t json_bytes = 0;       // of the text that came in
  std::vector<ColumnBuffer> columns;  // in order of first appearance in the batch; the root first
};

}  // namespace arbors::batch
