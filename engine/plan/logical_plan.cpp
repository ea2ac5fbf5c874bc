#include "engine/plan/logical_plan.h"

namespace arbors::plan {

NodePtr make(Operator op, std::vector<NodePtr> inputs) {
  return std::make_shared<const Node>(Node{std::move(op), std::move(inputs)});
}

}  // namespace arbors::plan
