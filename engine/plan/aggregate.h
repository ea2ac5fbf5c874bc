// The aggregates of the plan language: one table, from which the parser, the executor, arbor_help
// and the tests read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

enum class AggregateKind : std::uint8_t {
  Count,
  Sum,
  Total,
  Average,
  Min,
  Max,
  First,
  Last,
  Median,
  Quantile,
  Stddev,
  Variance,
  List,
  AnyValue,
  ArgMin,
  ArgMax,
  Concat,
  Object
};

struct AggregateInfo {
  std::string_view name;
  AggregateKind kind;
  std::uint8_t least_args, most_args;
  bool ordered;  // the answer depends on the order of the trees
  bool pairs;    // the second argument is a value of each tree, else a constant
  std::string_view syntax;
  std::string_view help;
};

std::span<const AggregateInfo> aggregates();
const AggregateInfo* find_aggregate(std::string_view name);  // case ignored; null: there is none

std::string to_text(const AggregateCall& call);  // without its name

// The share that a quantile or a median takes. Throws Error{Invalid} where it is no constant from 0
// to 1.
double quantile_share(const AggregateCall& call);
// The text between values. Throws Error{Invalid} where it is no constant.
std::string separator_of(const AggregateCall& call);
// Throws Error{Invalid} where a second argument must be a constant, and is none or a wrong one.
void check_second(const AggregateCall& call);

}  // namespace arbors::plan
