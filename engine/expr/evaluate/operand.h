// A value per row, as kernels take it: a vector, a vector seen through a selection (no copy), or
// one constant for all rows.
#pragma once

#include <cstdint>

#include "engine/base/scalar.h"
#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::expr {

class Operand {
 public:
  // Row i is row i of the vector, or row (*mapping)[i]; the mapping outlives the operand.
  explicit Operand(batch::VectorPtr vector, const Selection* mapping = nullptr)
      : vector_(std::move(vector)), mapping_(mapping) {}
  explicit Operand(Value constant, bool boolean = false)
      : constant_(std::move(constant)), boolean_(boolean) {}

  bool is_constant() const { return vector_ == nullptr; }
  const Value& constant() const { return constant_; }
  bool is_boolean() const { return boolean_; }
  const batch::Vector& vector() const { return *vector_; }
  const batch::VectorPtr& vector_ptr() const { return vector_; }
  const Selection* mapping() const { return mapping_; }
  std::size_t row(std::size_t i) const { return mapping_ != nullptr ? (*mapping_)[i] : i; }

  // Reads row i; the texts live as long as the operand.
  Scalar operator[](std::size_t i) const;

 private:
  batch::VectorPtr vector_;
  const Selection* mapping_ = nullptr;
  Value constant_;
  bool boolean_ = false;
};

// Reads a row of a vector as operators see it. Object and Array rows read as empty texts: callers
// that need their text read it with batch::Nested::Text.
Scalar scalar_at(const batch::Vector& vector, std::size_t row);

// The rows of a vector from one on, by position.
struct RunOfRows {
  std::size_t first = 0;
  std::size_t operator()(std::size_t i) const { return first + i; }
};

// Calls `loop` with a function from position to vector row that the compiler can see through:
// RunOfRows, or one that looks the row up.
template <typename Loop>
void with_rows(const Operand& operand, Loop loop) {
  const Selection* mapping = operand.mapping();
  if (mapping == nullptr) return loop(RunOfRows{});
  if (mapping->is_run()) return loop(RunOfRows{mapping->empty() ? 0 : mapping->first()});
  const std::uint32_t* rows = mapping->rows().data();
  loop([rows](std::size_t i) { return static_cast<std::size_t>(rows[i]); });
}

}  // namespace arbors::expr
