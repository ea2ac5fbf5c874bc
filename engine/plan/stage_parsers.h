// Readers of the stages that need more than a line or two; stage.cpp has their table.
#pragma once

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

class PlanReader;

NodePtr select_stage(PlanReader& reader, NodePtr input);
NodePtr rename_stage(PlanReader& reader, NodePtr input);
NodePtr join_stage(PlanReader& reader, NodePtr input);
NodePtr left_join_stage(PlanReader& reader, NodePtr input);
NodePtr semi_join_stage(PlanReader& reader, NodePtr input);
NodePtr anti_join_stage(PlanReader& reader, NodePtr input);
NodePtr window_stage(PlanReader& reader, NodePtr input);

}  // namespace arbors::plan
