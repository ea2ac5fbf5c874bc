#include "engine/exec/join/key_values.h"

#include <algorithm>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/kept_value.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using batch::tag_bit;

constexpr batch::TagSet kTexts = tag_bit(Tag::String) | tag_bit(Tag::Opaque);

bool reads_numeric(std::string_view text) { return !numeric_value(text).is_null(); }

// Tells whether some text of a dictionary reads as a number; not asked of pools that other rows
// fill.
bool may_read_numeric(const batch::Vector& values) {
  if (values.has(Tag::Opaque)) return true;
  const batch::TextPool& pool = *values.strings;
  if (pool.size() > std::size_t{values.rows} * 2) return true;
  for (std::size_t entry = 0; entry < pool.size(); ++entry)
    if (reads_numeric(pool[entry])) return true;
  return false;
}

template <typename Convert>
batch::VectorPtr converted(const batch::Vector& values, batch::TagSet kinds, Convert convert) {
  batch::VectorBuilder builder(values.rows);
  for (std::uint32_t row = 0; row < values.rows; ++row) {
    if ((tag_bit(values.tag(row)) & kinds) == 0) {
      builder.append_from(values, row);
      continue;
    }
    builder.append_value(convert(to_value(scalar_at(values, row))));
  }
  return builder.finish();
}

}  // namespace

batch::VectorPtr coerced(batch::VectorPtr values, expr::Coercion coercion) {
  if (coercion == expr::Coercion::Numeric) {
    if ((values->kinds & kTexts) == 0 || !may_read_numeric(*values)) return values;
    return converted(*values, kTexts, [](Value value) {
      return apply_affinity(std::move(value), Affinity::Numeric);
    });
  }
  if (coercion == expr::Coercion::Text) {
    constexpr batch::TagSet kNumbers = tag_bit(Tag::Integer) | tag_bit(Tag::Real) |
                                       tag_bit(Tag::BigNumber) | tag_bit(Tag::True) |
                                       tag_bit(Tag::False);
    if ((values->kinds & kNumbers) == 0) return values;
    return converted(*values, kNumbers,
                     [](Value value) { return apply_affinity(std::move(value), Affinity::Text); });
  }
  return values;
}

}  // namespace arbors::exec
