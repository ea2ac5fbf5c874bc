// The fault that is armed: one kind of call fails at its n-th time, or from then on. Every
// injection point (allocators, the file layer, the progress handler) asks due() and counts by
// asking. One for the process, free of allocation and of exceptions, since allocators ask too.
#pragma once

#include <cstdint>
#include <span>

namespace arbors::fault {

enum class Kind : int {
  None,
  SqliteAllocation,  // sqlite3_malloc and what SQLite allocates itself
  Allocation,        // operator new, in any thread
  Read,              // xRead
  Write,             // xWrite, xTruncate
  Sync,              // xSync
  Full,              // xWrite says that the disk is full
  Lock,              // xLock, xShmLock: somebody else holds it
  Interrupt,         // sqlite3_interrupt() at the n-th instruction of SQLite's machine
  Progress,          // the progress handler says stop there
};

struct KindRow {
  Kind kind;
  const char* name;
  // The primary result codes that a failed statement may give; 0 ends them.
  int codes[4];
};

std::span<const KindRow> kinds();

enum class Lasting { Once, FromThenOn };

void arm(Kind kind, std::int64_t at, Lasting lasting) noexcept;
// Ends the fault; returns how often the kind of call was made since arm().
std::int64_t disarm() noexcept;

// Lets nothing fail, nor be counted, while it lives: for what the test itself does in between.
class Pause {
 public:
  Pause() noexcept;
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

 private:
  Kind kind_;
};

bool due(Kind kind) noexcept;

}  // namespace arbors::fault
