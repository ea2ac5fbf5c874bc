// Turns chosen trees of one batch into the columns of one Arrow record batch, column by column and
// without building a tree, but for fields that hold JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/batch/batch_reader.h"
#include "engine/batch/tree_writer.h"
#include "engine/exec/export/arrow_metadata.h"
#include "engine/exec/export/row_choice.h"

namespace arbors::exec {

// Arrow's Utf8 and List count by int32 offsets.
inline constexpr std::size_t kMostArrowOffset = 0x7FFFFFFF;

class ArrowColumns {
 public:
  // `batch` outlives the columns. `most_offset` bounds the text and the elements of one column.
  explicit ArrowColumns(batch::BatchReader& batch, std::size_t most_offset = kMostArrowOffset)
      : batch_(batch), trees_(batch), most_offset_(most_offset) {}

  // Gives the columns of the chosen trees; nothing where one needs a larger offset. The fields must
  // come from all trees that are chosen here (see SeenKinds): a value that does not fit its field
  // is reported as corruption.
  std::optional<ArrowBody> encode(std::span<const ArrowField> fields, const RowChoice& trees);

 private:
  void add(const ArrowField& field, const RowChoice& rows);
  void add_validity(const ArrowField& field, const batch::Vector& vector);
  void add_integers(const batch::Vector& vector);
  void add_reals(const batch::Vector& vector);
  void add_text(const batch::Vector& vector);
  void add_json(const ArrowField& field, const batch::Vector& vector, const RowChoice& rows);
  void add_list(const ArrowField& field, const batch::Vector& lists, const RowChoice& rows);
  void add_texts(std::span<const std::int32_t> offsets, std::string_view text);
  bool offset(std::size_t value, std::vector<std::int32_t>& offsets);
  batch::VectorPtr column(PathId path, const RowChoice& rows);

  template <typename T>
  void add_buffer(std::span<const T> values) {
    add_buffer({reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }
  void add_buffer(std::string_view bytes);

  batch::BatchReader& batch_;
  batch::TreeWriter trees_;
  std::size_t most_offset_;
  bool fits_ = true;
  ArrowBody body_;
};

}  // namespace arbors::exec
