// The language of plans: `plan := source ('|' stage)*`, and SELECT in the place of a plan
// (select/). Errors say line and column, with a caret.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/value.h"
#include "engine/plan/logical_plan.h"

namespace arbors::plan {

namespace select {
class Catalog;
}

// Reads a plan; ?1 is the first parameter. A SELECT is one where there is a catalog of tables.
// Throws Error{Invalid}, and Error{Limit} for a text longer than kMaxPlanBytes.
NodePtr parse_plan(std::string_view text, std::span<const Value> parameters = {},
                   const select::Catalog* catalog = nullptr);

// Writes a plan as parse_plan reads it back, stages on one line.
std::string to_text(const Node& plan);
// Writes one stage or source, without its first input.
std::string stage_text(const Node& node);

inline constexpr std::size_t kMaxPlanBytes = 16U << 20;

}  // namespace arbors::plan
