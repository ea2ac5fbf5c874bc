// The trees in which two snapshots of one Arbor differ, one after the other in order of rowid. Only
// rows that may differ are looked at: what both read from the same place is the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/state/snapshot.h"

namespace arbors::store {

class TreeComparison {
 public:
  // `rowids`: those that may differ, in any order.
  TreeComparison(std::shared_ptr<Snapshot> before, std::shared_ptr<Snapshot> after,
                 std::vector<std::int64_t> rowids);

  bool next();       // goes on to a tree that differs, order of keys aside; false at the end
  bool next_text();  // the same, order of keys included
  bool is_other_value() const;  // whether the tree found by next_text() differs for next() too

  std::int64_t rowid() const { return rowids_[at_ - 1]; }
  const std::optional<std::string>& before() const { return texts_[0]; }  // JSON text; none: added
  const std::optional<std::string>& after() const { return texts_[1]; }   // none: removed

 private:
  std::shared_ptr<Snapshot> snapshots_[2];
  std::vector<std::int64_t> rowids_;
  std::size_t at_ = 0;
  std::optional<std::string> texts_[2];
};

}  // namespace arbors::store
