#include "engine/plan/logical_plan.h"

#include <algorithm>
#include <iterator>

namespace arbors::plan {

void RowRestriction::keep_rowids(std::vector<std::int64_t> ascending) {
  if (rowid_set) {
    std::vector<std::int64_t> both;
    std::set_intersection(rowid_set->begin(), rowid_set->end(), ascending.begin(), ascending.end(),
                          std::back_inserter(both));
    ascending = std::move(both);
  }
  rowid_set = std::move(ascending);
}

Value no_array_key() { return Value::blob({}); }

NodePtr make(Operator op, std::vector<NodePtr> inputs) {
  return std::make_shared<const Node>(Node{std::move(op), std::move(inputs)});
}

}  // namespace arbors::plan
