// The sources and stages of the plan language: one table each, from which the parser, arbor_help,
// the reference page and the tests read.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

class StageReader;  // stage_reader.h

struct StageInfo {
  std::string_view name;
  std::string_view syntax;
  std::string_view help;     // one line
  std::string_view example;  // a stage that parses
  // Reads what follows the name, and gives the stage over `input`.
  NodePtr (*parse)(StageReader& reader, NodePtr input);
};

struct SourceInfo {
  std::string_view syntax;
  std::string_view help;
  std::string_view example;  // a plan that parses
};

std::span<const StageInfo> stages();
std::span<const SourceInfo> source_forms();
const StageInfo* find_stage(std::string_view name);  // case ignored; null: there is none
std::vector<std::string_view> stage_names();

}  // namespace arbors::plan
