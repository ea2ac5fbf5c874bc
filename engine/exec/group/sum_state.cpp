#include "engine/exec/group/sum_state.h"

#include "engine/base/error.h"
#include "engine/base/scalar.h"

namespace arbors::exec {

using batch::Tag;

void SumState::add(const SumState& other) {
  integers += other.integers;
  reals.add(other.reals);
  count += other.count;
  real |= other.real;
}

void SumState::add(const batch::Vector& values, std::size_t row) {
  switch (values.tag(row)) {
    case Tag::Missing:
    case Tag::Null:
      return;
    case Tag::Integer:
      return add(values.integers[row]);
    case Tag::False:
    case Tag::True:
      return add(std::int64_t{values.tag(row) == Tag::True});
    case Tag::Real:
    case Tag::BigNumber:
      return add(values.reals[row]);
    default: {
      const Value number = numeric_value(values.text(row), false);
      if (number.kind == ValueKind::Integer) return add(number.integer);
      return add(to_real(Scalar(values.text(row))));
    }
  }
}

void SumState::remove(const batch::Vector& values, std::size_t row) {
  SumState taken;
  taken.add(values, row);
  integers -= taken.integers;
  count -= taken.count;
  if (taken.real) reals.add(-taken.reals.value());
}

double SumState::total() const {
  CompensatedSum all = reals;
  all.add(static_cast<double>(integers));
  return all.value();
}

void SumState::append_to(batch::VectorBuilder& builder, plan::AggregateKind kind) const {
  if (kind == plan::AggregateKind::Total) return builder.append_real(total());
  if (count == 0) return builder.append_null();
  if (kind == plan::AggregateKind::Average)
    return builder.append_real(total() / static_cast<double>(count));
  if (real) return builder.append_real(total());
  if (integers > INT64_MAX || integers < INT64_MIN)
    throw_invalid("integer overflow in sum(): total() gives it as a real");
  builder.append_integer(static_cast<std::int64_t>(integers));
}

}  // namespace arbors::exec
