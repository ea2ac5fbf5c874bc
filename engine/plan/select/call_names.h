// Functions of a SELECT that the expression language does not have as such: aggregates and window
// functions under SQLite's names, and SQLite's other names for functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/plan/aggregate.h"

namespace arbors::plan::select {

// Tells whether a name followed by a parenthesis is an aggregate or a window function.
bool is_aggregate_or_window(std::string_view name);

// Tells whether it is a plain function with so many arguments all the same: max(a, b).
bool is_scalar_call(std::string_view name, std::size_t arguments);

// The aggregate that SQLite's name stands for; null: none.
const AggregateInfo* aggregate_named(std::string_view name);

}  // namespace arbors::plan::select
