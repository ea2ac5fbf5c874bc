// sum, total and avg: integers exactly, whatever the order; reals with their rounding compensated.
#include "engine/base/error.h"
#include "engine/base/scalar.h"
#include "engine/batch/vector_builder.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/compensated_sum.h"

namespace arbors::exec {
namespace {

using batch::Tag;
__extension__ typedef __int128 Wide;

struct State {
  Wide integers = 0;
  CompensatedSum reals;
  std::int64_t count = 0;
  bool real = false;  // some value was no integer

  void add(std::int64_t value) {
    integers += value;
    ++count;
  }
  void add(double value) {
    reals.add(value);
    real = true;
    ++count;
  }
  double total() const {
    CompensatedSum all = reals;
    all.add(static_cast<double>(integers));
    return all.value();
  }
};

// Adds a value as SQLite's sum does: a text counts as the number it reads as.
void add_row(State& state, const batch::Vector& values, std::size_t row) {
  switch (values.tag(row)) {
    case Tag::Missing:
    case Tag::Null:
      return;
    case Tag::Integer:
      return state.add(values.integers[row]);
    case Tag::False:
    case Tag::True:
      return state.add(std::int64_t{values.tag(row) == Tag::True});
    case Tag::Real:
    case Tag::BigNumber:
      return state.add(values.reals[row]);
    default: {
      const Value number = numeric_value(values.text(row), false);
      if (number.kind == ValueKind::Integer) return state.add(number.integer);
      return state.add(to_real(Scalar(values.text(row))));
    }
  }
}

class Sum : public Accumulator {
 public:
  explicit Sum(plan::AggregateKind kind) : kind_(kind) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    states_.resize(rows.groups);
    if (values->tags.empty() && values->uniform == Tag::Integer) {
      if (rows.of_row.empty()) return add_integers(values->integers);
      for (std::uint32_t row = 0; row < rows.rows; ++row)
        states_[rows.of_row[row]].add(values->integers[row]);
      return;
    }
    if (values->only(batch::tag_bit(Tag::Integer) | batch::kNullTags) &&
        !values->integers.empty()) {
      for (std::uint32_t row = 0; row < rows.rows; ++row)
        if (values->tag(row) == Tag::Integer) states_[rows[row]].add(values->integers[row]);
      return;
    }
    for (std::uint32_t row = 0; row < rows.rows; ++row) add_row(states_[rows[row]], *values, row);
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Sum&>(other).states_;
    states_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      State& state = states_[to[group]];
      state.integers += added[group].integers;
      state.reals.add(added[group].reals);
      state.count += added[group].count;
      state.real |= added[group].real;
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    states_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const State& state : states_) append(builder, state);
    return builder.finish();
  }

 private:
  void add_integers(const std::vector<std::int64_t>& values) {
    Wide sum = 0;
    for (const std::int64_t value : values) sum += value;
    states_[0].integers += sum;
    states_[0].count += static_cast<std::int64_t>(values.size());
  }

  void append(batch::VectorBuilder& builder, const State& state) const {
    if (kind_ == plan::AggregateKind::Total) return builder.append_real(state.total());
    if (state.count == 0) return builder.append_null();
    if (kind_ == plan::AggregateKind::Average)
      return builder.append_real(state.total() / static_cast<double>(state.count));
    if (state.real) return builder.append_real(state.total());
    if (state.integers > INT64_MAX || state.integers < INT64_MIN)
      throw_invalid("integer overflow in sum(): total() gives it as a real");
    builder.append_integer(static_cast<std::int64_t>(state.integers));
  }

  plan::AggregateKind kind_;
  std::vector<State> states_;
};

}  // namespace

AccumulatorPtr sum_accumulator(plan::AggregateKind kind) { return std::make_unique<Sum>(kind); }

}  // namespace arbors::exec
