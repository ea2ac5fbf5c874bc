// Which rows of a domain an export takes, in which order: all of them, or the listed ones, of which
// some may be kNoRow: no row, a missing value.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/batch/vectors/vector.h"

namespace arbors::exec {

struct RowChoice {
  std::uint32_t domain_rows = 0;  // rows that the domain has
  bool all = true;
  std::vector<std::uint32_t> rows;  // else these, each below domain_rows

  static RowChoice everything(std::uint32_t domain_rows) { return {domain_rows, true, {}}; }

  std::uint32_t count() const {
    return all ? domain_rows : static_cast<std::uint32_t>(rows.size());
  }
  std::uint32_t operator[](std::uint32_t i) const { return all ? i : rows[i]; }

  // Chooses `count` of the chosen rows from number `first` on.
  RowChoice part(std::uint32_t first, std::uint32_t count) const;

  // Chooses the elements of the chosen rows of an array column, in order.
  RowChoice elements(const batch::Vector& arrays) const;
};

}  // namespace arbors::exec
