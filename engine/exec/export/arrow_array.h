// The values of one field as Arrow lays them out: buffers, and the arrays of the fields inside.
// Made block by block, put one behind the other, and picked from where rows come in another order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/export/arrow_field.h"

namespace arbors::exec {

struct ArrowArray {
  std::uint32_t rows = 0;
  std::int64_t nulls = 0;
  std::string validity;               // a bit a row, set where there is a value; empty: no nulls
  std::vector<std::int32_t> offsets;  // of texts and lists: rows + 1, from 0
  std::string values;                 // bits of booleans, numbers, texts back to back
  std::vector<ArrowArray> children;   // of a Struct as many rows; of a List its elements

  bool valid(std::uint32_t row) const {
    return validity.empty() || ((validity[row / 8] >> (row % 8)) & 1) != 0;
  }
  std::size_t bytes() const;  // in all buffers, those inside included
};

// The columns of some rows.
struct ArrowTable {
  std::uint32_t rows = 0;
  std::vector<ArrowArray> columns;

  std::size_t bytes() const;
};

// Puts tables of the same columns one behind the other. Their texts and elements together must
// count within int32.
ArrowTable concatenate(std::span<const ArrowField> columns, std::span<const ArrowTable> parts);

// Picks rows, in the given order; the same bound holds.
ArrowTable pick(std::span<const ArrowField> columns, const ArrowTable& from,
                std::span<const std::uint32_t> rows);

// Bits, one a row, least significant first; those behind the last row are 0.
inline void set_bit(std::string& bits, std::size_t row) {
  bits[row / 8] = static_cast<char>(bits[row / 8] | (1 << (row % 8)));
}
inline std::string no_bits(std::size_t rows) { return std::string((rows + 7) / 8, '\0'); }

}  // namespace arbors::exec
