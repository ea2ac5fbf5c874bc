// Undoes gzip (RFC 1952, members one after another) and zstd (RFC 8878, frames one after another,
// skippable ones too) while reading. Anything else is passed on as it is.
#pragma once

#include <memory>

#include "engine/json/input/input.h"

namespace arbors::json {

// Looks at the first bytes of `source` and gives an input of the decompressed bytes. A zstd frame
// that needs a greater window is an error that names the setting `max_window_bytes`.
std::unique_ptr<Input> undo_compression(std::unique_ptr<Input> source,
                                        std::uint64_t max_window_bytes);

}  // namespace arbors::json
