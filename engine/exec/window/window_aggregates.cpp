// Aggregates over frames: counts, sums and bounds as rows come into the frame and leave it; others
// once a frame.
#include <deque>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"
#include "engine/exec/group/sum_state.h"
#include "engine/exec/window/window_values.h"

namespace arbors::exec {
namespace {

using plan::AggregateKind;

bool is_null(const batch::Vector& values, std::uint32_t row) {
  return (batch::tag_bit(values.tag(row)) & batch::kNullTags) != 0;
}

// What a kind of aggregate keeps of the rows in a frame. Rows come and go in order.
class FrameCount {
 public:
  FrameCount(const plan::WindowCall&, const WindowArguments& arguments)
      : values_(arguments.value) {}
  void clear() { count_ = 0; }
  void add(std::uint32_t row) { count_ += counts(row); }
  void remove(std::uint32_t row) { count_ -= counts(row); }
  void append_to(batch::VectorBuilder& builder) { builder.append_integer(count_); }

 private:
  std::int64_t counts(std::uint32_t row) const { return values_ && is_null(*values_, row) ? 0 : 1; }
  batch::VectorPtr values_;
  std::int64_t count_ = 0;
};

class FrameSum {
 public:
  FrameSum(const plan::WindowCall& call, const WindowArguments& arguments)
      : kind_(call.aggregate.function->kind), values_(*arguments.value) {}
  void clear() { state_ = {}; }
  void add(std::uint32_t row) { state_.add(values_, row); }
  void remove(std::uint32_t row) { state_.remove(values_, row); }
  void append_to(batch::VectorBuilder& builder) { state_.append_to(builder, kind_); }

 private:
  AggregateKind kind_;
  const batch::Vector& values_;
  SumState state_;
};

// The rows that can still be the bound, best first: each that comes drives out the worse before it.
// Of equal ones (1 and 1.0) SQLite shows the first, or the latest where rows leave the frame.
class FrameBound {
 public:
  FrameBound(const plan::WindowCall& call, const WindowArguments& arguments)
      : greatest_(call.aggregate.function->kind == AggregateKind::Max),
        latest_(call.frame.from != plan::WindowFrame::Bound::UnboundedPreceding),
        collation_(expr::collation(*call.aggregate.argument, *call.aggregate.argument)),
        doubt_(call.aggregate.doubt),
        values_(*arguments.value) {}
  void clear() { rows_.clear(); }
  void add(std::uint32_t row) {
    if (is_null(values_, row)) return;
    const Scalar value = scalar_at(values_, row);
    while (!rows_.empty() && drives_out(value, scalar_at(values_, rows_.back()))) rows_.pop_back();
    rows_.push_back(row);
  }
  void remove(std::uint32_t row) {
    if (!rows_.empty() && rows_.front() == row) rows_.pop_front();
  }
  void append_to(batch::VectorBuilder& builder) {
    rows_.empty() ? builder.append_null() : builder.append_from(values_, rows_.front());
  }

 private:
  bool drives_out(const Scalar& value, const Scalar& before) const {
    const int order = compare(value, before, collation_);
    if (order == 0 && !doubt_.empty() && !look_alike(value, before)) throw_invalid(doubt_);
    return order == 0 ? latest_ : (order > 0) == greatest_;
  }
  bool greatest_;
  bool latest_;
  Collation collation_;
  const std::string& doubt_;  // see plan::AggregateCall
  const batch::Vector& values_;
  std::deque<std::uint32_t> rows_;
};

// Any other: gathers the frame's rows and aggregates them anew where they have changed.
class FrameOther {
 public:
  FrameOther(const plan::WindowCall& call, const WindowArguments& arguments)
      : call_(call.aggregate), values_(*arguments.value) {}
  void clear() {
    rows_.clear();
    known_ = nullptr;
  }
  void add(std::uint32_t row) {
    rows_.push_back(row);
    known_ = nullptr;
  }
  void remove(std::uint32_t) {
    rows_.pop_front();
    known_ = nullptr;
  }
  void append_to(batch::VectorBuilder& builder) {
    if (!known_) {
      const std::vector<std::uint32_t> rows(rows_.begin(), rows_.end());
      const AccumulatorPtr state = make_accumulator(call_);
      const batch::VectorPtr values = batch::gather(values_, rows);
      if (!rows.empty()) state->add(values.get(), {{}, 1, values->rows});
      known_ = state->finish(1);
    }
    builder.append_from(*known_, 0);
  }

 private:
  const plan::AggregateCall& call_;
  const batch::Vector& values_;
  std::deque<std::uint32_t> rows_;
  batch::VectorPtr known_;
};

template <typename State>
batch::VectorPtr slide(const plan::WindowCall& call, const WindowArguments& arguments,
                       const Partitions& partitions) {
  State state(call, arguments);
  batch::VectorBuilder in_order(static_cast<std::uint32_t>(partitions.rows.size()));
  PolledSteps steps;
  const auto change = [&](std::uint32_t place, bool comes) {
    steps.step();
    const std::uint32_t row = partitions.rows[place];
    if (!arguments.passes.empty() && arguments.passes[row] == 0) return;
    comes ? state.add(row) : state.remove(row);
  };
  for (std::uint32_t partition = 0; partition < partitions.count(); ++partition) {
    FrameWalk walk(partitions, partition, call.frame);
    std::uint32_t first = walk.start(), end = walk.start();
    state.clear();
    for (; !walk.at_end(); walk.next()) {
      steps.step();
      const FramePlaces frame = walk.frame();
      while (end < frame.end) change(end++, true);
      while (first < frame.first && first < end) change(first++, false);
      state.append_to(in_order);
    }
  }
  std::vector<std::uint32_t> places(partitions.rows.size());
  for (std::uint32_t place = 0; place < places.size(); ++place)
    places[partitions.rows[place]] = place;
  return batch::gather(*in_order.finish(), places);
}

}  // namespace

batch::VectorPtr aggregate_values(const plan::WindowCall& call, const WindowArguments& arguments,
                                  const Partitions& partitions) {
  switch (call.aggregate.function->kind) {
    case AggregateKind::Count:
      return slide<FrameCount>(call, arguments, partitions);
    case AggregateKind::Sum:
    case AggregateKind::Total:
    case AggregateKind::Average:
      return slide<FrameSum>(call, arguments, partitions);
    case AggregateKind::Min:
    case AggregateKind::Max:
      return slide<FrameBound>(call, arguments, partitions);
    default:
      return slide<FrameOther>(call, arguments, partitions);
  }
}

}  // namespace arbors::exec
