// What one xBestIndex has taken so far: the scan's words, the arguments that it reads, and what its
// estimate needs. Takers add to it in turn: of conditions (take_condition), of an index
// (index_choice), of order and limit (take_order).
#pragma once

#include <optional>

#include "engine/base/value.h"
#include "ext/planning/column_ranges.h"
#include "ext/planning/index_choice.h"
#include "ext/planning/planner_knowledge.h"
#include "ext/planning/scan_spec.h"
#include "ext/table/arbor_table.h"
#include "sql/access/sqlite.h"

namespace arbors::ext {

struct ScanDraft {
  ArborTable& table;
  sqlite3_index_info& info;
  PlannerKnowledge knowledge{table};
  ScanSpec spec = {};
  int arguments = 0;
  bool alone = false;      // the query reads this table only
  bool all_exact = true;   // every constraint is taken, and exactly
  bool unique = false;     // at most one row
  bool current = true;     // the newest generation is asked, which indexes know
  bool by_row = false;     // MATCH is left to SQLite, which asks it of each row's tree
  bool looked_up = false;  // found by identity or by a hash look-up, without a scan
  bool by_place = false;   // rowids or positions are named
  double first = 0;        // rows that SQLite's LIMIT takes, those before its OFFSET too; 0: none
  double selectivity = 1;
  ColumnRanges ranges = {};
  IndexChoices indexes = {};
  std::optional<IndexChoice> looked_up_in = std::nullopt;  // the one of indexes that is used

  // Has SQLite hand a constraint's right side to xFilter as the next argument.
  void take_argument(int at, bool exact) {
    info.aConstraintUsage[at].argvIndex = ++arguments;
    info.aConstraintUsage[at].omit = exact ? 1 : 0;
    if (!exact) all_exact = false;
  }
  // The right side of a constraint where planning knows it.
  std::optional<Value> known_right(int at) const;

  const TableColumn& data_column(int column) const {
    return table.columns[static_cast<std::size_t>(column)];
  }
  // Whether SQLite orders texts as the engine does. In UTF-16 databases BINARY compares the bytes
  // of UTF-16; the other collations always see UTF-8.
  bool orders_alike(Collation collation) const {
    return table.utf8 || collation != Collation::Binary;
  }
};

}  // namespace arbors::ext
