// From what an xFilter asks to a logical plan.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/exec/query/key_lookup.h"
#include "engine/plan/logical_plan.h"
#include "ext/scan/scan_request.h"

namespace arbors::ext {

// The rows that a scan looks at, and what has found them.
struct ScannedRows {
  // Name: few, by rowids that the conditions name. Index: few, by a kept-up index, which holds the
  // request's equalities on its column already. Table: by the hash table of a repeated look-up.
  enum class By : std::uint8_t { Scan, Name, Index, Table };

  By by = By::Scan;
  plan::RowRestriction rows;

  // Hardly any rows are looked at, so that asking statistics costs more than it saves.
  bool few() const { return by == By::Name || by == By::Index; }
};

// The rowids, ascending, that the scan's index finds in the newest state: of every row that
// meets the conditions on its column, and perhaps others. nullopt where the scan uses none, or
// where reading the rows one after another costs less.
std::optional<std::vector<std::int64_t>> search_index(ArborTable& table,
                                                      const ScanRequest& request);

// One scan's plan over those rows of a source without a name: the cursor binds its own snapshot.
plan::NodePtr make_plan(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                        const ScanRequest& request, ScannedRows rows);

// The rows of a node that meet all conditions, in the order that is asked for.
plan::NodePtr filtered_in_order(plan::NodePtr node, std::vector<expr::ExprPtr> conditions,
                                const ScanRequest& request);

// The conditions that a hash look-up serves best, or none: column = value, of the column with the
// most distinct values, and with it those of others where it leaves many rows.
std::vector<const Condition*> lookup_conditions(ArborTable& table, const ScanRequest& request,
                                                const std::shared_ptr<store::Snapshot>& snapshot);

// The conditions on columns of data that SQLite does not check again; null where there are none.
expr::ExprPtr exact_condition(const ScanRequest& request);

}  // namespace arbors::ext
