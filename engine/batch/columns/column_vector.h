// Spreads a column's dense typed streams over its rows: the last step of decoding, and all that an
// Arbor in memory needs instead of it. And gathers them again, for a column to be encoded anew.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/batch/columns/column_buffer.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// Texts of one stream: value i is pool[codes[i]], or pool[i] where `codes` is empty.
struct DenseTexts {
  std::shared_ptr<const TextPool> pool;
  std::vector<std::uint32_t> codes;
};

// A column's streams, consistent with each other: as many entries in each as there are tags of its
// kind, codes and shapes in range.
struct DenseColumn {
  std::uint32_t rows = 0;
  TagSet kinds = 0;                // exactly the tags that occur
  std::vector<std::uint8_t> tags;  // empty where only one tag occurs
  std::vector<std::int64_t> integers;
  std::vector<double> reals;  // Real rows only
  DenseTexts strings, big_numbers, opaque;
  std::vector<std::uint32_t> lengths;   // Array rows; their sum fits 32 bits
  std::vector<std::uint32_t> shape_of;  // Object rows
  std::shared_ptr<const std::vector<std::vector<PathId>>> shapes;
};

VectorPtr spread(DenseColumn&& column);

// Copies a built column into a vector.
VectorPtr make_vector(const ColumnBuffer& buffer);

// The way back: a vector's rows as a column that is to be encoded.
ColumnBuffer make_buffer(const Vector& vector, PathId path);

// The double nearest to a JSON number's digits; beyond the greatest, an infinity.
double nearest_real(std::string_view digits);

}  // namespace arbors::batch
