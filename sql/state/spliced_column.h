// Puts a column together from the columns of several batches: what a patched batch is read by.
#pragma once

#include <cstdint>
#include <span>

#include "engine/batch/vectors/vector.h"

namespace arbors::store {

// Rows of one part, in sequence.
struct PartRun {
  std::uint32_t part, first, count;
};

// Gives the rows of the parts' vectors in the order of the runs, arrays and objects with what they
// hold; the elements of arrays are to be spliced by runs of their own. A part without the column
// (null) gives Missing.
batch::VectorPtr splice(std::span<const batch::VectorPtr> parts, std::span<const PartRun> runs);

}  // namespace arbors::store
