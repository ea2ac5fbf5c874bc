// Readers of the stages that need more than a line or two; stage.cpp has their table.
#pragma once

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

class StageReader;

NodePtr select_stage(StageReader& reader, NodePtr input);
NodePtr rename_stage(StageReader& reader, NodePtr input);
NodePtr join_stage(StageReader& reader, NodePtr input);
NodePtr left_join_stage(StageReader& reader, NodePtr input);
NodePtr semi_join_stage(StageReader& reader, NodePtr input);
NodePtr anti_join_stage(StageReader& reader, NodePtr input);
NodePtr window_stage(StageReader& reader, NodePtr input);

}  // namespace arbors::plan
