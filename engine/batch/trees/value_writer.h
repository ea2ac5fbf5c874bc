// Writes one row of a vector as JSON text: scalars as writer.h writes them, big numbers by their
// digits, opaque values as they stand.
#pragma once

#include <string>

#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// Appends the value of a row, which is no Object or Array; Missing is written as null.
void write_value(const Vector& vector, std::size_t row, std::string& out);

}  // namespace arbors::batch
