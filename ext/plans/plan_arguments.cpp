#include "ext/plans/plan_arguments.h"

#include <algorithm>
#include <iterator>

namespace arbors::ext {
namespace {

constexpr int kParameters = 126;  // SQLite passes 127 arguments, the plan included
char with_options[] = "options";

}  // namespace

std::string plan_argument_columns(bool with_options) {
  std::string sql = "plan HIDDEN";
  for (int i = 1; i <= kParameters; ++i) sql += ", p" + std::to_string(i) + " HIDDEN";
  return with_options ? sql + ", options HIDDEN" : sql;
}

int take_plan_arguments(sqlite3_index_info* info, int first) {
  int constraint_of[2 + kParameters];
  std::fill(std::begin(constraint_of), std::end(constraint_of), -1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    if (constraint.iColumn < first || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable == 0) return SQLITE_CONSTRAINT;
    constraint_of[constraint.iColumn - first] = i;
  }
  int taken = 0;
  const auto take = [&](int constraint) {
    info->aConstraintUsage[constraint].argvIndex = ++taken;
    info->aConstraintUsage[constraint].omit = 1;
  };
  for (int argument = 0; argument <= kParameters; ++argument) {
    if (constraint_of[argument] < 0) break;  // arguments come without gaps
    take(constraint_of[argument]);
  }
  if (const int options = constraint_of[kParameters + 1]; options >= 0) {
    take(options);
    info->idxStr = with_options;
  }
  return SQLITE_OK;
}

}  // namespace arbors::ext
