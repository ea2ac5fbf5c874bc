#include "engine/exec/group_keys.h"

#include "engine/batch/vector_ops.h"

namespace arbors::exec {

GroupKeys::GroupKeys(std::span<const Collation> collations)
    : keys_(collations.begin(), collations.end()),
      joined_(collations.empty() ? 0 : collations.size() - 1) {}

void GroupKeys::number(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups) {
  keys_.front().number(*keys.front(), groups);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    keys_[i].number(*keys[i], numbers_);
    NumberTable& table = joined_[i - 1];
    std::uint64_t last_pair = 0;
    std::uint32_t last_group = ValueNumbers::kNone;
    for (std::size_t row = 0; row < groups.size(); ++row) {
      const std::uint64_t pair = std::uint64_t{groups[row]} << 32 | numbers_[row];
      if (pair != last_pair || last_group == ValueNumbers::kNone) {
        last_pair = pair;
        last_group = table.number(pair);
      }
      groups[row] = last_group;
    }
  }
}

std::uint32_t GroupKeys::size() const {
  return joined_.empty() ? keys_.front().size() : joined_.back().size();
}

batch::VectorPtr GroupKeys::values(std::size_t key) const {
  if (joined_.empty()) return keys_.front().values();
  std::vector<std::uint32_t> numbers(size());
  for (std::uint32_t group = 0; group < numbers.size(); ++group) {
    // Walks back from the pairs of the last key to those that end with this one.
    std::uint32_t at = group;
    for (std::size_t level = joined_.size(); level > key; --level)
      at = static_cast<std::uint32_t>(joined_[level - 1].key(at) >> 32);
    numbers[group] = key == 0 ? at : static_cast<std::uint32_t>(joined_[key - 1].key(at));
  }
  return batch::gather(*keys_[key].values(), numbers);
}

}  // namespace arbors::exec
