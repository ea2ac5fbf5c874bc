#include "engine/exec/group/accumulator.h"

#include <array>

namespace arbors::exec {
namespace {

using plan::AggregateKind;

struct Maker {
  AggregateKind kind;
  AccumulatorPtr (*make)(const plan::AggregateCall& call, Collation collation);
};

AccumulatorPtr make_sum(const plan::AggregateCall& call, Collation /*of its argument*/) {
  return sum_accumulator(call.function->kind);
}
AccumulatorPtr make_bound(const plan::AggregateCall& call, Collation collation) {
  return bound_accumulator(call.function->kind == AggregateKind::Max, collation, call.doubt);
}
AccumulatorPtr make_at_bound(const plan::AggregateCall& call, Collation /*of its argument*/) {
  return at_bound_accumulator(call.function->kind == AggregateKind::ArgMax,
                              expr::collation(*call.second, *call.second), call.doubt);
}
AccumulatorPtr make_quantile(const plan::AggregateCall& call, Collation /*of its argument*/) {
  return quantile_accumulator(plan::quantile_share(call));
}
AccumulatorPtr make_spread(const plan::AggregateCall& call, Collation /*of its argument*/) {
  return spread_accumulator(call.function->kind == AggregateKind::Stddev);
}

// Those that are not here pick one of their values.
constexpr Maker kMakers[] = {
    {AggregateKind::Count, [](const plan::AggregateCall& call,
                              Collation) { return count_accumulator(call.argument == nullptr); }},
    {AggregateKind::Sum, make_sum},
    {AggregateKind::Total, make_sum},
    {AggregateKind::Average, make_sum},
    {AggregateKind::Min, make_bound},
    {AggregateKind::Max, make_bound},
    {AggregateKind::ArgMin, make_at_bound},
    {AggregateKind::ArgMax, make_at_bound},
    {AggregateKind::Median, make_quantile},
    {AggregateKind::Quantile, make_quantile},
    {AggregateKind::Stddev, make_spread},
    {AggregateKind::Variance, make_spread},
    {AggregateKind::List, [](const plan::AggregateCall&, Collation) { return list_accumulator(); }},
    {AggregateKind::Concat, [](const plan::AggregateCall& call,
                               Collation) { return concat_accumulator(plan::separator_of(call)); }},
    {AggregateKind::Object,
     [](const plan::AggregateCall&, Collation) { return object_accumulator(); }},
};

AccumulatorPtr make_plain(const plan::AggregateCall& call, Collation collation) {
  for (const Maker& maker : kMakers)
    if (maker.kind == call.function->kind) return maker.make(call, collation);
  return pick_accumulator(call.function->kind);
}

}  // namespace

AccumulatorPtr make_accumulator(const plan::AggregateCall& call) {
  const Collation collation =
      call.argument ? expr::collation(*call.argument, *call.argument) : Collation::Binary;
  if (call.distinct && call.function->kind == AggregateKind::Count)
    return distinct_count_accumulator(collation);
  AccumulatorPtr plain = make_plain(call, collation);
  const AggregateKind kind = call.function->kind;
  // The least of distinct values is the least of all, and knows of its equals what there is to.
  const bool bound = kind == AggregateKind::Min || kind == AggregateKind::Max;
  if (!call.distinct || (bound && !call.doubt.empty())) return plain;
  const bool shows = kind == AggregateKind::Sum || kind == AggregateKind::Concat;
  return distinct_accumulator(std::move(plain), collation, shows ? call.doubt : std::string());
}

std::vector<std::uint32_t> rows_of_groups(std::span<const std::uint32_t> of_row,
                                          std::uint32_t groups) {
  constexpr std::size_t kApart = 4;
  std::vector<std::uint32_t> counts(groups * kApart);
  std::array<std::uint32_t*, kApart> parts{};
  for (std::size_t part = 0; part < kApart; ++part) parts[part] = counts.data() + part * groups;
  std::size_t row = 0;
  for (; row + kApart <= of_row.size(); row += kApart)
    for (std::size_t part = 0; part < kApart; ++part) ++parts[part][of_row[row + part]];
  for (; row < of_row.size(); ++row) ++parts[0][of_row[row]];
  for (std::size_t part = 1; part < kApart; ++part)
    for (std::size_t group = 0; group < groups; ++group) counts[group] += parts[part][group];
  counts.resize(groups);
  return counts;
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
