// The walk of one row of an Arrow array into the columns of a batch: what DocumentWalker does with
// JSON. A null is `null`; NaN is too. What it pushed before it failed is for the caller to take
// back.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/arrow/array.h"
#include "engine/arrow/texts.h"
#include "engine/base/interrupt.h"
#include "engine/batch/build/column_set.h"

namespace arbors::batch {

class ArrowWalker {
 public:
  ArrowWalker(ColumnSet& columns, const BuilderLimits& limits)
      : columns_(columns), max_depth_(limits.max_depth) {}

  // Walks a value into row `row` of the root. False where a limit is reached: fold, forget(), then
  // walk it again. Throws Error{Invalid} for bytes that contradict themselves.
  bool walk(const arrow::Array& array, std::size_t at, std::uint32_t row,
            arrow::Allowance& allowance);

  void forget() { objects_.clear(); }  // what is known of columns that may be gone

  std::uint64_t json_bytes() const { return bytes_; }  // of the last value, about

 private:
  // The columns of a struct's children and their shape, as they were found for its first value.
  struct Object {
    const ColumnBuilder* column = nullptr;
    std::vector<ColumnBuilder*> children;
    std::uint32_t shape = 0;
    bool has_shape = false;
  };

  bool value(const arrow::Array& given, std::size_t at, ColumnBuilder& column, std::uint32_t row);
  void scalar(const arrow::Array& array, std::size_t at, ColumnBuilder& column, std::uint32_t row);
  void real(double real, ColumnBuilder& column, std::uint32_t row);
  void number(const std::string& text, ColumnBuilder& column, std::uint32_t row);
  void text(std::string_view text, ColumnBuilder& column, std::uint32_t row);
  bool object(const arrow::Array& array, std::size_t at, ColumnBuilder& column, std::uint32_t row);
  bool list(const arrow::Array& array, std::size_t at, ColumnBuilder& column, std::uint32_t row);
  void opaque(const arrow::Array& array, std::size_t at, ColumnBuilder& column, std::uint32_t row);
  Object& object_of(const arrow::Array& array, const ColumnBuilder& column);

  ColumnSet& columns_;
  const std::size_t max_depth_;
  arrow::Allowance* allowance_ = nullptr;
  std::vector<Object> objects_;  // by their fields' numbers
  std::uint64_t bytes_ = 0;
  std::string scratch_;
  PolledSteps steps_;
};

}  // namespace arbors::batch
