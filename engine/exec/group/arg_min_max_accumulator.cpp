// arg_min and arg_max: the value of the row where another is least or greatest, as SQLite takes a
// column beside min() or max(): of the first such row, of the last where there is nothing but NULL.
#include <algorithm>

#include "engine/base/error.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"

namespace arbors::exec {
namespace {

class AtBound : public Accumulator {
 public:
  AtBound(bool greatest, Collation collation, std::string doubt)
      : greatest_(greatest), collation_(collation), doubt_(std::move(doubt)) {}

  void add(const batch::Vector*, const RowGroups&) override {}

  void add_pairs(const batch::Vector& values, const batch::Vector& bounds,
                 const RowGroups& rows) override {
    kept_.resize(rows.groups);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      Kept& kept = kept_[rows[row]];
      const Scalar bound = scalar_at(bounds, row);
      const bool before = goes_before(bound, kept.bound);
      if (!doubt_.empty() && kept.any) note_tie(kept, bound, kept.value.looks_like(values, row));
      if (!before) continue;
      kept.bound.keep(bounds, row);
      kept.value.keep(values, row);
      kept.any = true;
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const AtBound&>(other).kept_;
    kept_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group)
      if (added[group].any && goes_before(added[group].bound.scalar(), kept_[to[group]].bound))
        kept_[to[group]] = added[group];
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    kept_.resize(groups);
    if (std::ranges::any_of(kept_, &Kept::tied)) throw_invalid(doubt_);
    batch::VectorBuilder builder(groups);
    for (const Kept& kept : kept_)
      kept.value.is_null() ? builder.append_null() : kept.value.append_to(builder);
    return builder.finish();
  }

 private:
  struct Kept {
    KeptValue bound, value;
    bool any = false;
    bool tied = false;  // with another value
  };

  // Remembers where rows of different values have the bound.
  void note_tie(Kept& kept, const Scalar& bound, bool alike) const {
    const bool null = bound.is_null() && kept.bound.is_null();
    if (null || (!bound.is_null() && !kept.bound.is_null() &&
                 compare(bound, kept.bound.scalar(), collation_) == 0))
      kept.tied = kept.tied || !alike;
    else if (goes_before(bound, kept.bound))
      kept.tied = false;
  }

  bool goes_before(const Scalar& bound, const KeptValue& kept) const {
    if (bound.is_null() || kept.is_null()) return kept.is_null();
    const int order = compare(bound, kept.scalar(), collation_);
    return greatest_ ? order > 0 : order < 0;
  }

  bool greatest_;
  Collation collation_;
  std::string doubt_;
  std::vector<Kept> kept_;
};

}  // namespace

AccumulatorPtr at_bound_accumulator(bool greatest, Collation collation, std::string doubt) {
  return std::make_unique<AtBound>(greatest, collation, std::move(doubt));
}

}  // namespace arbors::exec
