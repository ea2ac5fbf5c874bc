#include "ext/planning/best_index.h"

#include <algorithm>
#include <cmath>

#include "ext/host/guard.h"
#include "ext/host/sql_value.h"
#include "ext/planning/index_choice.h"
#include "ext/planning/scan_draft.h"
#include "ext/planning/take_condition.h"
#include "ext/planning/take_order.h"

namespace arbors::ext {
namespace {

constexpr double kTreeCost = 100;  // of building a row's tree, in rows handed out

bool is_limit(int code) {
  return code == SQLITE_INDEX_CONSTRAINT_LIMIT || code == SQLITE_INDEX_CONSTRAINT_OFFSET;
}

// Takes what can be taken of the conditions; false where the scan cannot do without one that is
// not usable, the generation.
bool take_conditions(ScanDraft& draft) {
  const sqlite3_index_info& info = draft.info;
  // SQLite offers LIMIT only to the one table of a query.
  for (int i = 0; i < info.nConstraint; ++i)
    draft.alone = draft.alone || info.aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_LIMIT;
  const int generation = draft.table.hidden(ArborTable::Hidden::Generation);
  for (int i = 0; i < info.nConstraint; ++i) {
    const auto& constraint = info.aConstraint[i];
    if (is_limit(constraint.op)) continue;
    if (constraint.usable != 0) {
      if (!take_condition(draft, i)) draft.all_exact = false;
      continue;
    }
    if (constraint.iColumn == generation && constraint.op == SQLITE_INDEX_CONSTRAINT_EQ)
      return false;
    draft.by_row = draft.by_row || constraint.op == SQLITE_INDEX_CONSTRAINT_MATCH;
    draft.all_exact = false;
  }
  return true;
}

// A row by its rowid or place, without asking how many trees there are.
void estimate_one(sqlite3_index_info& info) {
  info.estimatedCost = 32;
  info.estimatedRows = 1;
  info.idxFlags |= SQLITE_INDEX_SCAN_UNIQUE;
}

void estimate(ScanDraft& draft) {
  if (draft.unique) return estimate_one(draft.info);
  const double trees = draft.knowledge.trees();
  const double found = std::max(1.0, trees * draft.selectivity);
  // A scan decodes and filters a batch at a time: far cheaper a row than handing one out.
  double scan = draft.looked_up ? std::log2(trees + 2) : trees * 0.05;
  if (const auto& index = draft.looked_up_in)
    scan = std::min(scan, 5 + (index->equal ? 0 : trees * index->selectivity * 0.05));
  const double order = draft.spec.keys.empty() ? 0 : found * 0.1;
  sqlite3_index_info& info = draft.info;
  info.estimatedCost = 5 + scan + found * (draft.by_row ? kTreeCost : 1) + order;
  info.estimatedRows = static_cast<sqlite3_int64>(found);
}

}  // namespace

std::optional<Value> ScanDraft::known_right(int at) const {
  sqlite3_value* value = nullptr;
  if (sqlite3_vtab_rhs_value(&info, at, &value) != SQLITE_OK || value == nullptr)
    return std::nullopt;
  return to_value(value);
}

int arbor_best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
  auto& table = *static_cast<ArborTable*>(base);
  return guarded(&table.zErrMsg, [&] {
    table.session->tell_planned(table.schema, table.name, table.store);
    ScanDraft draft{table, *info};
    if (!take_conditions(draft)) return SQLITE_CONSTRAINT;
    choose_index(draft);
    take_order(draft);
    take_limit(draft);
    walk_index(draft);
    estimate(draft);
    info->idxStr = sqlite3_mprintf("%s", to_text(draft.spec).c_str());
    info->needToFreeIdxStr = 1;
    return info->idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
  });
}

}  // namespace arbors::ext
