#include "engine/plan/plan_parser.h"

#include "engine/base/error.h"
#include "engine/plan/plan_reader.h"

namespace arbors::plan {

NodePtr parse_plan(std::string_view text, std::span<const Value> parameters) {
  if (text.size() > kMaxPlanBytes)
    throw Error(ErrorCode::Limit, "the plan is too long: " + std::to_string(text.size()) +
                                      " bytes (at most " + std::to_string(kMaxPlanBytes) +
                                      "); give data as a parameter: json ?1");
  PlanReader reader(text, parameters);
  NodePtr plan = reader.plan();
  if (!reader.lexer().at_end()) reader.lexer().fail("expected '|' and a stage, or the end");
  return plan;
}

}  // namespace arbors::plan
