// Loops over a column of texts, for functions that look at one text a row.
#pragma once

#include <string_view>

#include "engine/base/interrupt.h"
#include "engine/expr/evaluate/operand.h"

namespace arbors::expr {

// Tells whether an operand is a column that holds nothing but texts and NULL.
inline bool holds_texts(const Operand& operand) {
  return !operand.is_constant() &&
         operand.vector().only(batch::tag_bit(batch::Tag::String) | batch::kNullTags);
}

// Calls step(i, text) for rows of such a column that have one, null(i) for the others, in order.
template <typename Step, typename Null>
void each_text(const Operand& operand, std::uint32_t rows, Step step, Null null) {
  const batch::Vector& column = operand.vector();
  const bool all = column.tags.empty() && column.uniform == batch::Tag::String;
  PolledSteps steps;
  with_rows(operand, [&](auto row_of) {
    for (std::uint32_t i = 0; i < rows; ++i) {
      const std::size_t row = row_of(i);
      if (!all && column.tag(row) != batch::Tag::String) {
        null(i);
        continue;
      }
      const std::string_view text = (*column.strings)[column.codes[row]];
      step(i, text);
      steps.step(1 + text.size() / kBytesAStep);
    }
  });
}

}  // namespace arbors::expr
