#include "engine/exec/group/accumulator.h"

namespace arbors::exec {
namespace {

using plan::AggregateKind;

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
      return quantile_accumulator(plan::quantile_share(call));
    case AggregateKind::Stddev:
    case AggregateKind::Variance:
      return spread_accumulator(call.function->kind == AggregateKind::Stddev);
    case AggregateKind::List:
      return list_accumulator();
    case AggregateKind::ArgMin:
    case AggregateKind::ArgMax:
      return at_bound_accumulator(call.function->kind == AggregateKind::ArgMax,
                                  expr::collation(*call.second, *call.second));
    case AggregateKind::Concat:
      return concat_accumulator(plan::separator_of(call));
    case AggregateKind::Object:
      return object_accumulator();
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

batch::VectorPtr integer_vector(std::vector<std::int64_t> values) {
  auto vector = std::make_shared<batch::Vector>();
  vector->rows = static_cast<std::uint32_t>(values.size());
  vector->uniform = batch::Tag::Integer;
  vector->kinds = batch::tag_bit(batch::Tag::Integer);
  vector->integers = std::move(values);
  return vector;
}

}  // namespace arbors::exec
