#include "engine/exec/group/known_bounds.h"

#include <algorithm>
#include <vector>

#include "engine/base/scalar.h"
#include "engine/batch/columns/statistics_maker.h"
#include "engine/batch/vectors/vector_builder.h"

namespace arbors::exec {
namespace {

using batch::Tag;

constexpr batch::TagSet kNumbers = batch::tag_bit(Tag::Integer) | batch::tag_bit(Tag::False) |
                                   batch::tag_bit(Tag::True) | batch::tag_bit(Tag::Real);
constexpr batch::TagSet kStrings = batch::tag_bit(Tag::String);

// Whether the bound is one of the strings, which come after all numbers.
bool is_string(const batch::Statistics& values, bool greatest) {
  const batch::TagSet kinds = values.kinds();
  return (kinds & kStrings) != 0 && (greatest || (kinds & kNumbers) == 0);
}

// Whether equal numbers of two kinds are the bound: which of them comes first, statistics do not
// say.
bool is_tied(const batch::Statistics& values, bool greatest) {
  std::vector<Scalar> bounds;
  if (values.count(Tag::False) != 0) bounds.emplace_back(std::int64_t{0});
  if (values.count(Tag::True) != 0) bounds.emplace_back(std::int64_t{1});
  if (values.count(Tag::Integer) != 0)
    bounds.emplace_back(greatest ? values.integer_max : values.integer_min);
  if (values.count(Tag::Real) != 0)
    bounds.emplace_back(greatest ? values.real_max : values.real_min);
  const auto best =
      std::max_element(bounds.begin(), bounds.end(), [&](const Scalar& left, const Scalar& right) {
        const int order = compare(left, right, Collation::Binary);
        return greatest ? order < 0 : order > 0;
      });
  return std::count_if(bounds.begin(), bounds.end(), [&](const Scalar& bound) {
           return compare(bound, *best, Collation::Binary) == 0;
         }) > 1;
}

}  // namespace

bool bound_is_known(const batch::Statistics& values, bool greatest, Collation collation) {
  if ((values.kinds() & ~(kNumbers | kStrings | batch::kNullTags)) != 0) return false;
  if (is_string(values, greatest)) {
    const std::string& bound = greatest ? values.string_max : values.string_min;
    return collation == Collation::Binary && bound.size() < batch::kBoundBytes;
  }
  if (is_tied(values, greatest)) return false;
  return values.count(Tag::Real) == 0 || (greatest ? values.real_max : values.real_min) != 0;
}

batch::VectorPtr known_bounds(const batch::Statistics& values, bool greatest) {
  batch::VectorBuilder bounds;
  if (is_string(values, greatest)) {
    bounds.append_text(greatest ? values.string_max : values.string_min);
    return bounds.finish();
  }
  if (values.count(Tag::False) != 0) bounds.append_bool(false);
  if (values.count(Tag::True) != 0) bounds.append_bool(true);
  if (values.count(Tag::Integer) != 0)
    bounds.append_integer(greatest ? values.integer_max : values.integer_min);
  if (values.count(Tag::Real) != 0)
    bounds.append_real(greatest ? values.real_max : values.real_min);
  return bounds.finish();
}

}  // namespace arbors::exec
