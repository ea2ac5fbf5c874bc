// Which scan of a table a DELETE takes its rows from. SQLite hands over rowids alone, so whether
// they are an older generation's, which cannot be written, is known only to the scan. Of those that
// the statement opens, its target's comes first, and has ended when the first row is deleted; scans
// of subqueries, which may read any generation, are opened while it has not.
#pragma once

#include <memory>
#include <vector>

#include "sql/access/sqlite.h"

namespace arbors::ext {

struct WriteScan {
  bool ended = false;
  bool old_generation = false;
};
using WriteScanPtr = std::shared_ptr<WriteScan>;

class WriteScans {
 public:
  // From now on statements may ask for a generation. Until the first is planned there is nothing to
  // tell, and what follows costs nothing.
  void expect_generations() { expects_generations_ = true; }
  // A scan begins. Null where none may be of an older generation, or it can be no DELETE's: no
  // statement that writes is under way, or it is a subquery's.
  WriteScanPtr opened(sqlite3* db, const char* schema);
  // Tells whether the statement that deletes a row now has found it in an older generation.
  bool deletes_old_generation(sqlite3* db) const;

 private:
  // The first scan of each statement that writes and has not ended, the outermost first: inside a
  // loop over one's RETURNING there may be another.
  std::vector<WriteScanPtr> targets_;
  bool expects_generations_ = false;
};

}  // namespace arbors::ext
