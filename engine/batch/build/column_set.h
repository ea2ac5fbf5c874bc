// The columns of a batch under construction as one thing: adds paths within the limits, takes a
// whole document back, and folds object or array paths into text where the limits say so.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/batch/build/builder_limits.h"
#include "engine/batch/build/column_builder.h"

namespace arbors::batch {

class ColumnText;

class ColumnSet {
 public:
  explicit ColumnSet(const BuilderLimits& limits);

  ColumnBuilder& root() { return *columns_.front(); }
  const std::vector<std::unique_ptr<ColumnBuilder>>& columns() const { return columns_; }

  // Find or add a column. Where a limit forbids to add it they give nullptr and remember what to
  // fold: the document must be rolled back and can then be added again after apply_fold().
  ColumnBuilder* child(ColumnBuilder& object, std::string_view key);
  ColumnBuilder* elements(ColumnBuilder& array);

  std::uint32_t shape_code(ColumnBuilder& object, std::vector<PathId> keys);

  // Everything since begin_document() is undone by roll_back(), but for root().rows, which the
  // caller counts.
  void begin_document();
  void roll_back();

  // How many values a column has on average, rounded down.
  std::size_t values_a_column() const;

  // Does what child() or elements() asked for.
  void apply_fold();

  // Turns every object (or array) of a path into opaque text and drops the paths below.
  void fold(ColumnBuilder& column, bool objects);

 private:
  // The way up from a column to the root: whether each step is an element, else its key.
  using Place = std::vector<std::pair<bool, std::string>>;

  static Place place_of(const ColumnBuilder& column);
  ColumnBuilder& add(ColumnBuilder& parent, bool element, std::string_view key);
  bool is_full() const;
  bool is_map(const ColumnBuilder& object) const;
  bool make_room(ColumnBuilder& wanting, bool objects);
  void fold_all(const std::vector<ColumnBuilder*>& folds, bool objects);
  static void fold(ColumnBuilder& column, bool objects, ColumnText& text);
  static void forget_below(ColumnBuilder& column, bool objects);

  const BuilderLimits limits_;
  std::vector<std::unique_ptr<ColumnBuilder>> columns_;  // in order of their ids
  std::uint32_t next_id_ = 0;

  std::size_t mark_ = 0;                    // columns before the document
  std::uint32_t first_new_ = 0;             // the id of the first that it brings
  std::vector<ColumnBuilder*> new_shapes_;  // columns that named a shape in the document
  std::size_t room_;                        // columns before it is looked at what to fold
  std::vector<ColumnBuilder*> folds_;       // what to fold: objects, or arrays
  bool fold_objects_ = false;
  std::vector<Place> new_folds_;                 // of them, those that the document brought
  std::set<std::pair<Place, bool>> fold_later_;  // objects (true) or arrays of paths to come
};

}  // namespace arbors::batch
