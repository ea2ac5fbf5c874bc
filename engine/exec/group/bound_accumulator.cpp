// min and max: integers in typed arrays, anything else value by value in SQLite's order.
#include <algorithm>

#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"
#include "engine/exec/group/known_bounds.h"

namespace arbors::exec {
namespace {

using batch::Tag;

class Bound : public Accumulator {
 public:
  Bound(bool greatest, Collation collation) : greatest_(greatest), collation_(collation) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    resize(rows.groups);
    if (!any_other_ && !values->integers.empty() &&
        values->only(batch::tag_bit(Tag::Integer) | batch::kNullTags))
      return greatest_ ? add_integers<true>(*values, rows) : add_integers<false>(*values, rows);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      const Scalar value = scalar_at(*values, row);
      if (value.is_null()) continue;
      const std::uint32_t group = rows[row];
      KeptValue& kept = other(group);
      if (!kept.is_null() && !better(value, rows.position + row, group)) continue;
      kept.keep(*values, row);
      positions_[group] = rows.position + row;
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
    for (std::uint32_t group = 0; group < added.seen_.size(); ++group) {
      if (added.any_other_ || any_other_) {
        const KeptValue& value = added.other(group);
        KeptValue& kept = other(to[group]);
        const std::uint64_t position = added.positions_[group];
        if (value.is_null() || (!kept.is_null() && !better(value.scalar(), position, to[group])))
          continue;
        kept = value;
        positions_[to[group]] = position;
      } else if (added.seen_[group] != 0) {
        widen(to[group], added.integers_[group], added.positions_[group]);
      }
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    resize(groups);
    const bool all_seen = std::find(seen_.begin(), seen_.end(), 0) == seen_.end();
    if (!any_other_ && all_seen) return integer_vector(std::move(integers_));
    batch::VectorBuilder builder(groups);
    for (std::uint32_t group = 0; group < groups; ++group) {
      if (any_other_ && !others_[group].is_null()) {
        others_[group].append_to(builder);
      } else if (seen_[group] != 0) {
        builder.append_integer(integers_[group]);
      } else {
        builder.append_null();
      }
    }
    return builder.finish();
  }

 private:
  void resize(std::uint32_t groups) {
    if (seen_.size() >= groups) return;
    seen_.resize(groups);
    integers_.resize(groups);
    positions_.resize(groups);
    if (any_other_) others_.resize(groups);
  }

  template <bool greatest>
  void add_integers(const batch::Vector& values, const RowGroups& rows) {
    const bool all = values.tags.empty() && values.uniform == Tag::Integer;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      if (!all && values.tag(row) != Tag::Integer) continue;
      const std::uint32_t group = rows[row];
      const std::int64_t value = values.integers[row];
      if (seen_[group] == 0 || (greatest ? value > integers_[group] : value < integers_[group])) {
        seen_[group] = 1;
        integers_[group] = value;
        positions_[group] = rows.position + row;
      } else if (value == integers_[group] && rows.position + row < positions_[group]) {
        positions_[group] = rows.position + row;
      }
    }
  }

  void widen(std::uint32_t group, std::int64_t value, std::uint64_t position) {
    if (seen_[group] != 0 && value == integers_[group])
      positions_[group] = std::min(positions_[group], position);
    if (seen_[group] == 0 || (greatest_ ? value > integers_[group] : value < integers_[group])) {
      seen_[group] = 1;
      integers_[group] = value;
      positions_[group] = position;
    }
  }

  // Gives a group's value of any kind; from the first one on, integers are kept there as well.
  KeptValue& other(std::uint32_t group) {
    any_other_ = true;
    others_.resize(seen_.size());
    KeptValue& kept = others_[group];
    if (kept.is_null() && seen_[group] != 0) {
      kept.tag = Tag::Integer;
      kept.integer = integers_[group];
    }
    return kept;
  }

  // Of values that are equal (true, 1 and 1.0, or under the collation) the first row's is kept, in
  // whatever order workers see them.
  bool better(const Scalar& value, std::uint64_t position, std::uint32_t group) const {
    const int order = compare(value, others_[group].scalar(), collation_);
    if (order == 0) return position < positions_[group];
    return greatest_ ? order > 0 : order < 0;
  }

  bool greatest_;
  Collation collation_;
  std::vector<std::uint8_t> seen_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint64_t> positions_;  // of the rows that the bounds are from
  bool any_other_ = false;
  std::vector<KeptValue> others_;
};

}  // namespace

AccumulatorPtr bound_accumulator(bool greatest, Collation collation) {
  return std::make_unique<Bound>(greatest, collation);
}

}  // namespace arbors::exec
