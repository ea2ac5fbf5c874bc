// New vectors from old ones: some rows, rows of several vectors, one value for all rows.
#pragma once

#include <cstdint>
#include <span>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// Picks rows in the given order; a row may repeat, kNoRow gives Missing. Shares the text pools.
// Array rows keep their tag and lose their elements, which are rows of another domain.
VectorPtr gather(const Vector& from, RowSpan rows);

// Picks `rows` rows from `first` on.
VectorPtr slice(const Vector& from, std::uint32_t first, std::uint32_t rows);

// Puts vectors one behind the other. Object and Array rows keep their tag alone.
VectorPtr concatenate(std::span<const VectorPtr> parts);

// Gives every row the same value. A blob becomes a string.
VectorPtr constant(const Value& value, std::uint32_t rows);

// Gives rows of NULL one tag, Missing or Null, and shares the rest; the vector itself where they
// all have it.
VectorPtr with_nulls_as(const VectorPtr& from, Tag tag);

// Gives rows without payload: Missing, Null, False, True (or Object and Array by their tag alone).
VectorPtr uniform(Tag tag, std::uint32_t rows);

// Reads one row as a value. Object and Array rows hold no text (see to_sql) and give an empty one.
Value value_at(const Vector& vector, std::size_t row);

}  // namespace arbors::batch
