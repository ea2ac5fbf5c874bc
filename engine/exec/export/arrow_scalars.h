// Arrow arrays of scalars from decoded vectors, a plain loop a type.
#pragma once

#include <cstddef>

#include "engine/batch/vectors/vector.h"
#include "engine/exec/export/arrow_array.h"

namespace arbors::exec {

// Begins an array: its rows, nulls and validity. Throws Error{Corrupt} for a value that the field's
// kind does not know.
ArrowArray arrow_array(const ArrowField& field, const batch::Vector& values);

// Add the values. Texts: false where they need an offset beyond `most_offset`.
void add_booleans(const batch::Vector& values, ArrowArray& to);
void add_integers(const batch::Vector& values, ArrowArray& to);
void add_unsigned(const batch::Vector& values, ArrowArray& to);
void add_reals(const batch::Vector& values, ArrowArray& to);
bool add_texts(const batch::Vector& values, std::size_t most_offset, ArrowArray& to);

}  // namespace arbors::exec
