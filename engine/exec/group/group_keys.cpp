#include "engine/exec/group/group_keys.h"

#include <numeric>

#include "engine/batch/vectors/vector_ops.h"

namespace arbors::exec {

GroupKeys::GroupKeys(std::span<const Collation> collations)
    : keys_(collations.begin(), collations.end()),
      joined_(collations.empty() ? 0 : collations.size() - 1) {}

void GroupKeys::number(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups) {
  keys_.front().number(*keys.front(), groups);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const std::size_t before = i == 1 ? keys_.front().size() : joined_[i - 2].size();
    keys_[i].number(*keys[i], numbers_);
    NumberTable& table = joined_[i - 1];
    if (before * keys_[i].size() <= groups.size()) {
      join_few(table, before, groups);
      continue;
    }
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

void GroupKeys::number_all(const GroupKeys& other, std::vector<std::uint32_t>& groups) {
  if (joined_.empty()) return keys_.front().number_all(other.keys_.front(), groups);
  number(other.values(), groups);
}

// Looks each pair up once, in a square of all of them.
void GroupKeys::join_few(NumberTable& table, std::size_t firsts,
                         std::vector<std::uint32_t>& groups) {
  square_.clear();
  for (std::size_t row = 0; row < groups.size(); ++row) {
    const std::size_t place = numbers_[row] * firsts + groups[row];
    if (place >= square_.size()) square_.resize(place + 1, ValueNumbers::kNone);
    std::uint32_t& known = square_[place];
    if (known == ValueNumbers::kNone)
      known = table.number(std::uint64_t{groups[row]} << 32 | numbers_[row]);
    groups[row] = known;
  }
}

void GroupKeys::freeze() {
  for (ValueNumbers& key : keys_) key.freeze();
}

void GroupKeys::find(std::span<const batch::VectorPtr> keys,
                     std::vector<std::uint32_t>& groups) const {
  constexpr std::uint32_t kNone = ValueNumbers::kNone;
  keys_.front().find(*keys.front(), groups);
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    keys_[i].find(*keys[i], numbers);
    for (std::size_t row = 0; row < groups.size(); ++row) {
      if (groups[row] == kNone) continue;
      groups[row] = numbers[row] == kNone
                        ? kNone
                        : joined_[i - 1].find(std::uint64_t{groups[row]} << 32 | numbers[row]);
    }
  }
}

std::uint32_t GroupKeys::size() const {
  return joined_.empty() ? keys_.front().size() : joined_.back().size();
}

std::vector<batch::VectorPtr> GroupKeys::values() const {
  if (joined_.empty()) return {keys_.front().values()};
  std::vector<batch::VectorPtr> values(keys_.size());
  // Walks back from the pairs of the last key: a group there is a pair of a group of the keys
  // before and a number of this one.
  std::vector<std::uint32_t> groups(size()), numbers(size());
  std::iota(groups.begin(), groups.end(), 0U);
  for (std::size_t key = joined_.size(); key > 0; --key) {
    for (std::size_t at = 0; at < groups.size(); ++at) {
      const std::uint64_t pair = joined_[key - 1].key(groups[at]);
      groups[at] = static_cast<std::uint32_t>(pair >> 32);
      numbers[at] = static_cast<std::uint32_t>(pair);
    }
    values[key] = batch::gather(*keys_[key].values(), numbers);
  }
  values.front() = batch::gather(*keys_.front().values(), groups);
  return values;
}

}  // namespace arbors::exec
