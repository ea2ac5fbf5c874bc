// Random numbers for names that must never repeat: batch nonces, gaps in the log's sequence. One
// generator, seeded from the system; any thread may ask. A process that came from a fork has one of
// its own: it would else draw its parent's numbers.
#pragma once

#include <cstdint>

namespace arbors::store {

std::uint64_t random_u64();

}  // namespace arbors::store
