// Undoes gzip (RFC 1952, members one after another) and zstd (RFC 8878, frames one after another)
// while reading. Anything else is passed on as it is.
#pragma once

#include <memory>

#include "engine/json/input.h"

namespace arbors::json {

// Looks at the first bytes of `source` and gives an input of the decompressed bytes.
std::unique_ptr<Input> undo_compression(std::unique_ptr<Input> source);

}  // namespace arbors::json
