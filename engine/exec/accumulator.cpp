#include "engine/exec/accumulator.h"

#include "engine/base/error.h"
#include "engine/expr/evaluate.h"

namespace arbors::exec {
namespace {

using plan::AggregateKind;

double share_of(const plan::AggregateCall& call) {
  if (call.function->kind == AggregateKind::Median) return 0.5;
  if (!expr::is_constant(*call.second))
    throw_invalid("quantile(e, q): q is a constant from 0 to 1");
  const Value share = expr::evaluate_constant(*call.second);
  const double value = share.is_number() ? to_real(Scalar(share)) : -1;
  if (!(value >= 0 && value <= 1)) throw_invalid("quantile(e, q): q is a number from 0 to 1");
  return value;
}

AccumulatorPtr make_plain(const plan::AggregateCall& call, Collation collation) {
  switch (call.function->kind) {
    case AggregateKind::Count:
      return count_accumulator(call.argument == nullptr);
    case AggregateKind::Sum:
    case AggregateKind::Total:
    case AggregateKind::Average:
      return sum_accumulator(call.function->kind);
    case AggregateKind::Min:
    case AggregateKind::Max:
      return bound_accumulator(call.function->kind == AggregateKind::Max, collation);
    case AggregateKind::Median:
    case AggregateKind::Quantile:
      return quantile_accumulator(share_of(call));
    case AggregateKind::Stddev:
    case AggregateKind::Variance:
      return spread_accumulator(call.function->kind == AggregateKind::Stddev);
    case AggregateKind::List:
      return list_accumulator();
    default:
      return pick_accumulator(call.function->kind);
  }
}

}  // namespace

AccumulatorPtr make_accumulator(const plan::AggregateCall& call) {
  const Collation collation =
      call.argument ? expr::collation(*call.argument, *call.argument) : Collation::Binary;
  if (call.distinct && call.function->kind == AggregateKind::Count)
    return distinct_count_accumulator(collation);
  AccumulatorPtr plain = make_plain(call, collation);
  return call.distinct ? distinct_accumulator(std::move(plain), collation) : std::move(plain);
}

}  // namespace arbors::exec
