#include "engine/exec/export/row_choice.h"

namespace arbors::exec {

RowChoice RowChoice::part(std::uint32_t first, std::uint32_t count) const {
  RowChoice chosen{domain_rows, false, {}};
  chosen.rows.reserve(count);
  for (std::uint32_t i = first; i < first + count; ++i) chosen.rows.push_back((*this)[i]);
  return chosen;
}

RowChoice RowChoice::elements(const batch::Vector& arrays) const {
  if (arrays.starts.empty()) return everything(0);
  if (all) return everything(arrays.starts.back());
  RowChoice chosen{arrays.starts.back(), false, {}};
  for (const std::uint32_t row : rows) {
    if (row == batch::kNoRow) continue;
    for (std::uint32_t i = arrays.starts[row]; i < arrays.starts[row + 1]; ++i)
      chosen.rows.push_back(i);
  }
  return chosen;
}

}  // namespace arbors::exec
