// Which of SQLite's nested savepoints a store has been told of, and since which of them nothing has
// changed. Two numbers, so that no hook can fail for want of memory. SQLite may tell of a rollback
// to a savepoint that never began, since a hook (another table's, perhaps) failed at its beginning:
// then it has undone nothing in the tables, and nothing may be forgotten.
#pragma once

#include <algorithm>
#include <climits>

namespace arbors::store {

class SavepointLevels {
 public:
  // A transaction begins. Levels below the first one told of are older than it.
  void restart() noexcept { *this = {}; }
  // Told once more, by a table that joins in later, a level is as old as it was.
  void began(int level) noexcept {
    if (level > top_) begin(level);
  }
  // A level ends, and those above it.
  void released(int level) noexcept {
    top_ = std::min(top_, level - 1);
    if (unchanged_from_ > top_) unchanged_from_ = kNone;
  }
  void changed() noexcept { unchanged_from_ = kNone; }

  // Tells whether a rollback to this level undoes changes.
  bool undoes(int level) const noexcept { return level <= top_ && level < unchanged_from_; }
  void rolled_back(int level) noexcept {
    if (level <= top_) begin(level);
  }

 private:
  static constexpr int kNone = INT_MAX;

  void begin(int level) noexcept {
    top_ = level;
    unchanged_from_ = std::min(unchanged_from_, level);
  }

  int top_ = -1;                // the innermost level
  int unchanged_from_ = kNone;  // the outermost level since whose beginning nothing has changed
};

}  // namespace arbors::store
