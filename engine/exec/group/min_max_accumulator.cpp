// min and max: integers in typed arrays, anything else value by value in SQLite's order.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"
#include "engine/exec/group/known_bounds.h"

namespace arbors::exec {
namespace {

using batch::Tag;

class Bound : public Accumulator {
 public:
  Bound(bool greatest, Collation collation, std::string doubt)
      : greatest_(greatest), collation_(collation), doubt_(std::move(doubt)) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    resize(rows.groups, rows.expected);
    if (!any_other_ && !values->integers.empty() &&
        values->only(batch::tag_bit(Tag::Integer) | batch::kNullTags))
      return greatest_ ? add_integers<true>(*values, rows) : add_integers<false>(*values, rows);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      const Scalar value = scalar_at(*values, row);
      if (value.is_null()) continue;
      const std::uint32_t group = rows[row];
      KeptValue& kept = other(group);
      const bool first = kept.is_null();
      const int order = first ? 0 : compared(value, group);
      if (!doubt_.empty())
        note_tie(group, order == 0 && !first, first || kept.looks_like(*values, row), order > 0);
      if (!first && !better(order, rows.position + row, group)) continue;
      kept.keep(*values, row);
      integers_[group].position = rows.position + row;
    }
  }

  bool knows(const batch::Statistics* values) const override {
    return values == nullptr || bound_is_known(*values, greatest_, collation_);
  }
  void add_known(const batch::Statistics* values, std::uint32_t, std::uint64_t position) override {
    resize(1);
    if (values == nullptr) return;
    const batch::VectorPtr bounds = known_bounds(*values, greatest_);
    add(bounds.get(), {{}, 1, bounds->rows, position});
  }

  void merge(Accumulator& from, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    auto& added = static_cast<Bound&>(from);
    resize(groups);
    for (std::uint32_t group = 0; group < added.integers_.size(); ++group) {
      const Integer& integer = added.integers_[group];
      if (added.any_other_ || any_other_) {
        const KeptValue& value = added.other(group);
        KeptValue& kept = other(to[group]);
        if (value.is_null()) continue;
        const bool first = kept.is_null();
        const int order = first ? 1 : compared(value.scalar(), to[group]);
        if (!doubt_.empty()) {
          note_tie(to[group], order == 0, kept.looks_like(value), order > 0);
          if (order >= 0 && group < added.tied_.size() && added.tied_[group])
            tied_[to[group]] = true;
        }
        if (!first && !better(order, integer.position, to[group])) continue;
        kept = value;
        integers_[to[group]].position = integer.position;
      } else if (integer.seen()) {
        greatest_ ? widen<true>(integers_[to[group]], integer)
                  : widen<false>(integers_[to[group]], integer);
      }
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    resize(groups);
    if (std::ranges::find(tied_, true) != tied_.end()) throw_invalid(doubt_);
    if (!any_other_ && std::ranges::all_of(integers_, &Integer::seen)) {
      std::vector<std::int64_t> values(groups);
      std::ranges::transform(integers_, values.begin(), &Integer::value);
      return integer_vector(std::move(values));
    }
    batch::VectorBuilder builder(groups);
    for (std::uint32_t group = 0; group < groups; ++group) {
      if (any_other_ && !others_[group].is_null()) {
        others_[group].append_to(builder);
      } else if (integers_[group].seen()) {
        builder.append_integer(integers_[group].value);
      } else {
        builder.append_null();
      }
    }
    return builder.finish();
  }

 private:
  // A group's bound while all its values are integers, and the place of the row that the bound is
  // from, whatever its kind: side by side, since groups are met in any order. Before the first one,
  // the value that no other is worse than.
  struct Integer {
    std::int64_t value;
    std::uint64_t position = kNowhere;
    bool seen() const { return position != kNowhere; }
  };
  static constexpr std::uint64_t kNowhere = UINT64_MAX;
  static constexpr std::uint32_t kLanes = 4;
  static constexpr std::uint32_t kFewGroups = 1024;
  Integer worst() const { return {greatest_ ? INT64_MIN : INT64_MAX}; }

  void resize(std::uint32_t groups, std::uint32_t expected = 0) {
    if (integers_.size() >= groups) return;
    make_room(integers_, groups, expected);
    integers_.resize(groups, worst());
    if (any_other_) others_.resize(groups);
  }

  template <bool greatest>
  void add_integers(const batch::Vector& values, const RowGroups& rows) {
    const bool all = values.tags.empty() && values.uniform == Tag::Integer;
    if (all && rows.groups <= kFewGroups && rows.rows >= kLanes * rows.groups)
      return add_to_few<greatest>(values, rows);
    Integer* const integers = integers_.data();
    for (std::uint32_t row = 0; row < rows.rows; ++row)
      if (all || values.tag(row) == Tag::Integer)
        widen<greatest>(integers[rows[row]], {values.integers[row], rows.position + row});
  }

  // Neighbouring rows widen bounds of their own, as a bound of the same group waits for the one
  // before; they are widened by value alone, since equal integers of one vector are the same.
  template <bool greatest>
  void add_to_few(const batch::Vector& values, const RowGroups& rows) {
    lanes_.assign(kLanes * rows.groups, worst().value);
    std::int64_t* const lanes = lanes_.data();
    const std::int64_t* const integers = values.integers.data();
    const auto widen_lane = [&](std::uint32_t row, std::uint32_t lane) {
      std::int64_t& kept = lanes[kLanes * rows[row] + lane];
      kept = greatest ? std::max(kept, integers[row]) : std::min(kept, integers[row]);
    };
    std::uint32_t row = 0;
    for (; row + kLanes <= rows.rows; row += kLanes)
      for (std::uint32_t lane = 0; lane < kLanes; ++lane) widen_lane(row + lane, lane);
    for (; row < rows.rows; ++row) widen_lane(row, 0);

    bool any_unseen = false;
    for (std::uint32_t group = 0; group < rows.groups; ++group) {
      const auto of_group = std::span(lanes_).subspan(kLanes * group, kLanes);
      const std::int64_t bound = greatest ? std::ranges::max(of_group) : std::ranges::min(of_group);
      if (bound == worst().value) {
        any_unseen = true;
      } else {
        widen<greatest>(integers_[group], {bound, rows.position});
      }
    }
    if (!any_unseen) return;
    // Of a group that has no value here, or none better than the one that stands for none.
    for (row = 0; row < rows.rows; ++row)
      if (integers[row] == worst().value)
        widen<greatest>(integers_[rows[row]], {integers[row], rows.position});
  }

  // Always writes: whether the value is a better one, the processor cannot foretell.
  template <bool greatest>
  static void widen(Integer& kept, const Integer& added) {
    const bool better = greatest ? added.value > kept.value : added.value < kept.value;
    const std::uint64_t first = std::min(kept.position, added.position);
    const std::uint64_t same = added.value == kept.value ? first : kept.position;
    kept.position = better ? added.position : same;
    kept.value = better ? added.value : kept.value;
  }

  // Gives a group's value of any kind; from the first one on, integers are kept there as well.
  KeptValue& other(std::uint32_t group) {
    any_other_ = true;
    others_.resize(integers_.size());
    KeptValue& kept = others_[group];
    if (kept.is_null() && integers_[group].seen()) {
      kept.tag = Tag::Integer;
      kept.integer = integers_[group].value;
    }
    return kept;
  }

  // Positive where the value is a better bound than the group's, 0 where it is equal.
  int compared(const Scalar& value, std::uint32_t group) const {
    const int order = compare(value, others_[group].scalar(), collation_);
    return greatest_ ? order : -order;
  }

  // Of values that are equal (true, 1 and 1.0, or under the collation) the first row's is kept, in
  // whatever order workers see them.
  bool better(int order, std::uint64_t position, std::uint32_t group) const {
    return order > 0 || (order == 0 && position < integers_[group].position);
  }

  // Remembers where values that look different are a group's bound.
  void note_tie(std::uint32_t group, bool equal, bool alike, bool better) {
    tied_.resize(integers_.size());
    if (equal && !alike) tied_[group] = true;
    if (better) tied_[group] = false;
  }

  bool greatest_;
  Collation collation_;
  std::string doubt_;
  std::vector<bool> tied_;
  std::vector<Integer> integers_;
  std::vector<std::int64_t> lanes_;
  bool any_other_ = false;
  std::vector<KeptValue> others_;
};

}  // namespace

AccumulatorPtr bound_accumulator(bool greatest, Collation collation, std::string doubt) {
  return std::make_unique<Bound>(greatest, collation, std::move(doubt));
}

}  // namespace arbors::exec
