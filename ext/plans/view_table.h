// The virtual table of one arbor_view: a plan, and the columns that it has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"
#include "ext/plans/view_lookups.h"
#include "ext/session/arbor_name.h"
#include "ext/session/session.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {

struct View : sqlite3_vtab {
  SessionPtr session;
  ArborName name;
  std::string text;  // of the plan
  plan::NodePtr plan;
  std::vector<TableColumn> columns;    // then the hidden _tree and _index
  bool utf8 = true;                    // the database's encoding, in whose bytes texts are ordered
  std::weak_ptr<ViewLookups> lookups;  // of the statement that reads it

  bool is_data(int column) const {
    return column >= 0 && column < static_cast<int>(columns.size());
  }
  int tree_column() const { return static_cast<int>(columns.size()); }
  int index_column() const { return tree_column() + 1; }
};

}  // namespace arbors::ext
