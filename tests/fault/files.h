// A layer over SQLite's default files that fails where the armed fault is due: reads, writes,
// syncs, a full disk, a lock that somebody else holds. Syncs only count: nothing here tests the
// disk.
#pragma once

namespace arbors::fault {

// Registers the layer as the default VFS.
void install_files();

}  // namespace arbors::fault
