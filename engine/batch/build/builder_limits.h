// How far a batch is shredded. Beyond, objects and arrays are kept as text.
#pragma once

#include <cstddef>

namespace arbors::batch {

struct BuilderLimits {
  std::size_t max_keys = 256;      // of one object path, unless its objects mostly have them all
  std::size_t max_paths = 2000;    // of one batch, the root not counted; more where they are dense
  std::size_t most_paths = 16000;  // however dense
  std::size_t most_cells = std::size_t{100} << 20;  // paths times trees
  std::size_t max_depth = 64;      // steps from the root; what lies below is opaque
  std::size_t max_nesting = 2000;  // of brackets in a document; more is an error
};

}  // namespace arbors::batch
