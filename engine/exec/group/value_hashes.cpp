#include "engine/exec/group/value_hashes.h"

#include <bit>
#include <string>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/text_table.h"
#include "engine/exec/group/folded_text.h"
#include "engine/exec/group/number_table.h"
#include "engine/exec/group/whole_number.h"

namespace arbors::exec {
namespace {

using batch::Tag;

constexpr std::uint64_t kNull = 0x9E3779B97F4A7C15U;

std::uint64_t real_hash(double value) {
  std::int64_t integer = 0;
  if (as_integer(value, integer)) return mix(static_cast<std::uint64_t>(integer));
  return mix(std::bit_cast<std::uint64_t>(value) + 1);
}

std::uint64_t hash_of(const batch::Vector& values, std::size_t row, Collation collation,
                      std::string& space) {
  const Tag tag = values.tag(row);
  switch (tag) {
    case Tag::Missing:
    case Tag::Null:
      return kNull;
    case Tag::False:
    case Tag::True:
      return mix(tag == Tag::True ? 1 : 0);
    case Tag::Integer:
      return mix(static_cast<std::uint64_t>(values.integers[row]));
    case Tag::Real:
    case Tag::BigNumber:
      return real_hash(values.reals[row]);
    default:
      return batch::hash_text(folded_text(values.text(row), collation, space));
  }
}

}  // namespace

std::vector<std::uint64_t> key_hashes(std::span<const batch::VectorPtr> keys,
                                      std::span<const Collation> collations) {
  std::vector<std::uint64_t> hashes(keys.front()->rows, 0);
  std::string space;
  PolledSteps steps;
  for (std::size_t key = 0; key < keys.size(); ++key)
    for (std::size_t row = 0; row < hashes.size(); ++row, steps.step())
      hashes[row] = mix(hashes[row] + hash_of(*keys[key], row, collations[key], space));
  return hashes;
}

}  // namespace arbors::exec
