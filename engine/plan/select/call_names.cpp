#include "engine/plan/select/call_names.h"

#include <algorithm>
#include <array>

#include "engine/expr/forms/function.h"
#include "engine/plan/select/sql_keywords.h"

namespace arbors::plan::select {
namespace {

struct OtherName {
  std::string_view sql, plan;
};
constexpr std::array<OtherName, 2> kAggregates{{{"json_group_array", "list"}, {"average", "avg"}}};

constexpr std::array<std::string_view, 11> kWindowFunctions{
    "row_number", "rank", "dense_rank",  "percent_rank", "cume_dist", "ntile",
    "lag",        "lead", "first_value", "last_value",   "nth_value"};

bool is_window_function(std::string_view name) {
  return std::any_of(kWindowFunctions.begin(), kWindowFunctions.end(),
                     [&](std::string_view known) { return same_name(known, name); });
}

}  // namespace

const AggregateInfo* aggregate_named(std::string_view name) {
  for (const OtherName& other : kAggregates)
    if (same_name(other.sql, name)) return find_aggregate(other.plan);
  return find_aggregate(name);
}

bool is_aggregate_or_window(std::string_view name) {
  return aggregate_named(name) != nullptr || is_window_function(name);
}

bool is_scalar_call(std::string_view name, std::size_t arguments) {
  const expr::Function* function = expr::find_function(name);
  return function != nullptr && arguments >= function->least_args;
}

}  // namespace arbors::plan::select
