// What sum, total and avg know of the values so far: integers exactly, whatever the order; reals
// with their rounding compensated. Values may be taken back, as windows do.
#pragma once

#include <cstdint>

#include "engine/base/wide_integer.h"
#include "engine/batch/vectors/vector.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/compensated_sum.h"
#include "engine/plan/aggregate.h"

namespace arbors::exec {

struct SumState {
  WideInteger integers = 0;
  CompensatedSum reals;
  std::int64_t count = 0;
  bool real = false;  // some value was no integer; stays so where it is taken back, as in SQLite

  void add(std::int64_t value) {
    integers += value;
    ++count;
  }
  void add(double value) {
    reals.add(value);
    real = true;
    ++count;
  }
  void add(const SumState& other);
  // Adds a value as SQLite's sum does: a text counts as the number it reads as; takes one back.
  void add(const batch::Vector& values, std::size_t row);
  void remove(const batch::Vector& values, std::size_t row);

  double total() const;
  // Appends the sum, total or mean. Throws Error{Invalid} where a sum of integers overflows.
  void append_to(batch::VectorBuilder& builder, plan::AggregateKind kind) const;
};

}  // namespace arbors::exec
