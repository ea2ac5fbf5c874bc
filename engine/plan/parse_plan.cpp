#include "engine/plan/parse_plan.h"

#include "engine/base/error.h"
#include "engine/plan/select/select.h"
#include "engine/plan/stage_reader.h"

namespace arbors::plan {

NodePtr parse_plan(std::string_view text, std::span<const Value> parameters,
                   const select::Catalog* catalog) {
  if (text.size() > kMaxPlanBytes)
    throw Error(ErrorCode::Limit, "the plan is too long: " + std::to_string(text.size()) +
                                      " bytes (at most " + std::to_string(kMaxPlanBytes) +
                                      "); give data as a parameter: json ?1");
  if (auto sql = select::select_tokens(text, catalog))
    return select::read_select(*sql, parameters, catalog);
  StageReader reader(text, parameters, catalog);
  NodePtr plan = reader.plan();
  if (!reader.lexer().at_end()) reader.lexer().fail("expected '|' and a stage, or the end");
  return plan;
}

}  // namespace arbors::plan
