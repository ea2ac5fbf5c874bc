// Turns chosen rows of a batch's columns, or computed values, into Arrow arrays: column by column,
// from decoded vectors, without building a tree but for fields that hold JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/exec/export/arrow_array.h"
#include "engine/exec/export/row_choice.h"

namespace arbors::exec {

// Arrow's Utf8 and List count by int32 offsets.
inline constexpr std::size_t kMostArrowOffset = 0x7FFFFFFF;

class ArrowColumns {
 public:
  // `batch` outlives the columns. `most_offset` bounds the text and the elements of one column.
  explicit ArrowColumns(batch::BatchReader& batch, std::size_t most_offset = kMostArrowOffset)
      : batch_(batch), trees_(batch), most_offset_(most_offset) {}

  // Gives the values of a path for rows of its domain; nothing where they need a larger offset. The
  // field must come from all values that are chosen here (see SeenValues): one that does not fit is
  // reported as corruption.
  std::optional<ArrowArray> encode(const ArrowField& field, PathId path, const RowChoice& rows);

 private:
  ArrowArray array(const ArrowField& field, PathId path, const RowChoice& rows);
  void add_json(PathId path, const batch::Vector& vector, const RowChoice& rows, ArrowArray& to);
  void add_list(const ArrowField& field, PathId path, const batch::Vector& lists,
                const RowChoice& rows, ArrowArray& to);
  batch::VectorPtr column(PathId path, const RowChoice& rows);

  batch::BatchReader& batch_;
  batch::TreeWriter trees_;
  std::size_t most_offset_;
  bool fits_ = true;
};

// The same of computed values (objects and arrays as JSON text), all rows of a vector.
std::optional<ArrowArray> encode_values(const ArrowField& field, const batch::Vector& values,
                                        std::size_t most_offset = kMostArrowOffset);

}  // namespace arbors::exec
