#include "engine/plan/aggregate.h"

#include <array>

#include "engine/base/error.h"
#include "engine/expr/evaluate/evaluate.h"

namespace arbors::plan {
namespace {

using Kind = AggregateKind;

constexpr std::array<AggregateInfo, 19> kAggregates{{
    {"count", Kind::Count, 0, 1, false, false, "count() · count(e) · count(distinct e)",
     "how many trees; how many values of e that are not NULL, or distinct ones"},
    {"sum", Kind::Sum, 1, 1, false, false, "sum(e)",
     "the sum; an integer while all values are; NULL of none; an error where int64 overflows"},
    {"total", Kind::Total, 1, 1, false, false, "total(e)", "the sum as a real; 0.0 of none"},
    {"avg", Kind::Average, 1, 1, false, false, "avg(e)", "the mean as a real; NULL of none"},
    {"min", Kind::Min, 1, 1, false, false, "min(e)", "the least value that is not NULL"},
    {"max", Kind::Max, 1, 1, false, false, "max(e)", "the greatest value"},
    {"first", Kind::First, 1, 1, true, false, "first(e)",
     "the value of the first tree, NULL included"},
    {"last", Kind::Last, 1, 1, true, false, "last(e)", "the value of the last tree, NULL included"},
    {"median", Kind::Median, 1, 1, false, false, "median(e)",
     "the middle of the numbers; between two, their mean"},
    {"quantile", Kind::Quantile, 2, 2, false, false, "quantile(e, q)",
     "the number below which the share q (0 to 1) lies, interpolated linearly"},
    {"stddev", Kind::Stddev, 1, 1, false, false, "stddev(e)",
     "the standard deviation of a sample; NULL of fewer than two numbers"},
    {"variance", Kind::Variance, 1, 1, false, false, "variance(e)",
     "the variance of a sample; NULL of fewer than two numbers"},
    {"list", Kind::List, 1, 1, true, false, "list(e)",
     "the values as an array, in the trees' order"},
    {"any_value", Kind::AnyValue, 1, 1, true, false, "any_value(e)",
     "the first value that is not NULL"},
    {"arg_min", Kind::ArgMin, 2, 2, true, true, "arg_min(e, by)",
     "e of the first tree that has the least by; of the last where by is NULL in all"},
    {"arg_max", Kind::ArgMax, 2, 2, true, true, "arg_max(e, by)",
     "e of the first tree that has the greatest by"},
    {"group_concat", Kind::Concat, 1, 2, true, false, "group_concat(e [, separator])",
     "the values that are not NULL as one text, a comma between them; NULL of none"},
    {"string_agg", Kind::Concat, 2, 2, true, false, "string_agg(e, separator)",
     "the same as group_concat"},
    {"json_group_object", Kind::Object, 2, 2, true, true, "json_group_object(key, value)",
     "an object of all pairs, in the trees' order; an error where a key is NULL or comes again"},
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

void check_second(const AggregateCall& call) {
  if (!call.second || call.function->pairs) return;
  if (call.function->kind == AggregateKind::Concat)
    separator_of(call);
  else
    quantile_share(call);
}

std::string separator_of(const AggregateCall& call) {
  if (!call.second) return ",";
  if (!expr::is_constant(*call.second))
    throw_invalid(std::string(call.function->syntax) + ": the separator is a constant");
  return apply_affinity(expr::evaluate_constant(*call.second), Affinity::Text).text;
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
