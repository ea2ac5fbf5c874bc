// From the agreed scan and its arguments to a logical plan: what xFilter runs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/exec/query/key_lookup.h"
#include "engine/plan/logical_plan.h"
#include "ext/planning/scan_spec.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {

// The rowids, ascending, that the scan's index finds in the newest state: of every row that
// meets the conditions on its column, and perhaps others. nullopt where the scan uses none, or
// where reading the rows one after another costs less.
std::optional<std::vector<std::int64_t>> search_index(ArborTable& table, const ScanSpec& spec,
                                                      std::span<sqlite3_value*> arguments);

// One scan's plan over those rows of a source without a name: the cursor binds its own snapshot.
// `found`: the rows were looked up in the scan's index. `few`: hardly any rows are looked at, so
// that statistics are not asked.
plan::NodePtr make_plan(ArborTable& table, const std::shared_ptr<store::Snapshot>& snapshot,
                        const ScanSpec& spec, std::span<sqlite3_value*> arguments,
                        plan::RowRestriction rows, bool found, bool few);

// How many rows SQLite will take at most, as its LIMIT says; 0 where it does not.
std::uint64_t expected_rows(const ScanSpec& spec, std::span<sqlite3_value*> arguments);

// The generation that a scan asks for.
struct AskedGeneration {
  bool none = false;                   // asked for NULL, which no generation equals
  std::optional<std::int64_t> number;  // nullopt: the current one
};

// Throws Error{Invalid} where it is neither an integer nor NULL.
AskedGeneration asked_generation(const ArborTable& table, const ScanSpec& spec,
                                 std::span<sqlite3_value*> arguments);

// The terms that a hash look-up serves best, or none: column = value, of the column with the most
// distinct values, and with it those of others where it leaves many rows.
std::vector<const Term*> lookup_terms(ArborTable& table, const ScanSpec& spec,
                                      const std::shared_ptr<store::Snapshot>& snapshot);

// The conditions on columns of data that SQLite does not check again: null where there are none,
// nullopt where a MATCH is among the scan's conditions.
std::optional<expr::ExprPtr> exact_condition(const ArborTable& table, const ScanSpec& spec,
                                             std::span<sqlite3_value*> arguments);

}  // namespace arbors::ext
