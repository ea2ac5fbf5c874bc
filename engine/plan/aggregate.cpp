#include "engine/plan/aggregate.h"

#include <array>

#include "engine/base/error.h"
#include "engine/expr/evaluate.h"

namespace arbors::plan {
namespace {

using Kind = AggregateKind;

constexpr std::array<AggregateInfo, 14> kAggregates{{
    {"count", Kind::Count, 0, 1, false, "count() · count(e) · count(distinct e)",
     "how many trees; how many values of e that are not NULL, or distinct ones"},
    {"sum", Kind::Sum, 1, 1, false, "sum(e)",
     "the sum; an integer while all values are; NULL of none; an error where int64 overflows"},
    {"total", Kind::Total, 1, 1, false, "total(e)", "the sum as a real; 0.0 of none"},
    {"avg", Kind::Average, 1, 1, false, "avg(e)", "the mean as a real; NULL of none"},
    {"min", Kind::Min, 1, 1, false, "min(e)", "the least value that is not NULL"},
    {"max", Kind::Max, 1, 1, false, "max(e)", "the greatest value"},
    {"first", Kind::First, 1, 1, true, "first(e)", "the value of the first tree, NULL included"},
    {"last", Kind::Last, 1, 1, true, "last(e)", "the value of the last tree, NULL included"},
    {"median", Kind::Median, 1, 1, false, "median(e)",
     "the middle of the numbers; between two, their mean"},
    {"quantile", Kind::Quantile, 2, 2, false, "quantile(e, q)",
     "the number below which the share q (0 to 1) lies, interpolated linearly"},
    {"stddev", Kind::Stddev, 1, 1, false, "stddev(e)",
     "the standard deviation of a sample; NULL of fewer than two numbers"},
    {"variance", Kind::Variance, 1, 1, false, "variance(e)",
     "the variance of a sample; NULL of fewer than two numbers"},
    {"list", Kind::List, 1, 1, true, "list(e)", "the values as an array, in the trees' order"},
    {"any_value", Kind::AnyValue, 1, 1, true, "any_value(e)", "the first value that is not NULL"},
}};

}  // namespace

std::span<const AggregateInfo> aggregates() { return kAggregates; }

const AggregateInfo* find_aggregate(std::string_view name) {
  for (const AggregateInfo& info : kAggregates)
    if (info.name.size() == name.size() && compare(info.name, name, Collation::NoCase) == 0)
      return &info;
  return nullptr;
}

std::string to_text(const AggregateCall& call) {
  std::string text(call.function->name);
  text += call.distinct ? "(distinct " : "(";
  if (call.argument) text += expr::to_text(*call.argument);
  if (call.second) text += ", " + expr::to_text(*call.second);
  text += ')';
  if (call.filter) text += " filter (where " + expr::to_text(*call.filter) + ')';
  return text;
}

double quantile_share(const AggregateCall& call) {
  if (call.function->kind == AggregateKind::Median) return 0.5;
  if (!expr::is_constant(*call.second))
    throw_invalid("quantile(e, q): q is a constant from 0 to 1");
  const Value share = expr::evaluate_constant(*call.second);
  const double value = share.is_number() ? to_real(Scalar(share)) : -1;
  if (!(value >= 0 && value <= 1)) throw_invalid("quantile(e, q): q is a number from 0 to 1");
  return value;
}

}  // namespace arbors::plan
