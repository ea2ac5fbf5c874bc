// Writes rows of columns under construction back as minimal JSON text, to fold a subtree that
// turned out to be a map. Rows must be asked for in ascending order.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "engine/batch/build/column_builder.h"

namespace arbors::batch {

class ColumnText {
 public:
  // `by_id[id]` is the column that shapes call `id`.
  using ColumnsById = std::vector<const ColumnBuilder*>;
  explicit ColumnText(const ColumnsById& by_id) : by_id_(by_id) {}

  void write(const ColumnBuilder& column, std::uint32_t row, std::string& out);

 private:
  // Where the streams of a column stand before `row`.
  struct Place {
    std::uint32_t row = 0;
    std::size_t used[kTags] = {};
    std::uint32_t elements = 0;  // rows of the element domain
  };
  void pass(const ColumnBuilder& column, Place& place);
  void write_array(const ColumnBuilder& column, const Place& place, std::string& out);
  void write_object(const ColumnBuilder& column, const Place& place, std::string& out);

  const ColumnsById& by_id_;
  std::unordered_map<const ColumnBuilder*, Place> places_;
};

}  // namespace arbors::batch
