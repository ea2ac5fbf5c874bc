// What conditions with known right sides leave of the numbers of columns: estimated together, since
// both bounds of a narrow range may keep half of the rows each.
#pragma once

#include <limits>
#include <map>
#include <optional>

#include "engine/base/value.h"
#include "ext/planning/scan_spec.h"
#include "ext/table/table_facts.h"

namespace arbors::ext {

class ColumnRanges {
 public:
  // Narrows a column's range (< <= > >=) and estimates which part of what it kept before it keeps
  // now; nullopt where the statistics do not say.
  std::optional<double> narrow(int column, TermOp op, const Value& bound, const PathFacts& facts);

 private:
  struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    double share = 1;
  };
  std::map<int, Range> ranges_;  // by column
};

}  // namespace arbors::ext
