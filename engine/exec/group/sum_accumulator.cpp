// sum, total and avg: integers exactly, whatever the order; reals with their rounding compensated.
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/sum_state.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using State = SumState;

// Reals are added in the rows' order, which statistics do not know.
constexpr batch::TagSet kWhole = batch::tag_bit(Tag::Integer) | batch::tag_bit(Tag::False) |
                                 batch::tag_bit(Tag::True) | batch::kNullTags;

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
    for (std::uint32_t row = 0; row < rows.rows; ++row) states_[rows[row]].add(*values, row);
  }

  bool knows(const batch::Statistics* values) const override {
    return values == nullptr || ((values->kinds() & ~kWhole) == 0 && values->integer_sum);
  }
  void add_known(const batch::Statistics* values, std::uint32_t, std::uint64_t) override {
    states_.resize(1);
    if (values == nullptr) return;
    states_[0].integers += *values->integer_sum + values->count(Tag::True);
    states_[0].count += std::int64_t{values->count(Tag::Integer)} + values->count(Tag::True) +
                        values->count(Tag::False);
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Sum&>(other).states_;
    states_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      states_[to[group]].add(added[group]);
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    states_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const State& state : states_) state.append_to(builder, kind_);
    return builder.finish();
  }

 private:
  void add_integers(const std::vector<std::int64_t>& values) {
    WideInteger sum = 0;
    for (const std::int64_t value : values) sum += value;
    states_[0].integers += sum;
    states_[0].count += static_cast<std::int64_t>(values.size());
  }

  plan::AggregateKind kind_;
  std::vector<State> states_;
};

}  // namespace

AccumulatorPtr sum_accumulator(plan::AggregateKind kind) { return std::make_unique<Sum>(kind); }

}  // namespace arbors::exec
