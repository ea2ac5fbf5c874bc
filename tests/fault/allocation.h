// Allocation under watch: SQLite's through sqlite3_config, C++'s through a replaced operator new.
// Both fail when the armed fault is due, and count what is live, so that a leak shows.
#pragma once

#include <cstdint>

namespace arbors::fault {

// Puts the failing allocator under SQLite, and turns lookaside memory off so that each allocation
// reaches it. To be called before anything else of SQLite.
void install_allocator();

// Blocks of operator new that nobody has deleted.
std::int64_t live_blocks() noexcept;

}  // namespace arbors::fault
