#include "engine/exec/join/join_table.h"

#include <numeric>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

std::vector<Collation> collations_of(std::span<const plan::JoinKey> keys) {
  std::vector<Collation> collations;
  for (const plan::JoinKey& key : keys) collations.push_back(key.collation);
  return collations;
}

bool is_null(const batch::Vector& values, std::size_t row) {
  return (batch::tag_bit(values.tag(row)) & batch::kNullTags) != 0;
}

}  // namespace

JoinTable::JoinTable(const std::vector<plan::JoinKey>& keys, bool null_aware, bool lists)
    : keys_(keys), null_aware_(null_aware), lists_(lists), numbers_(collations_of(keys)) {
  if (null_aware && keys.size() > 1) others_.emplace(collations_of(std::span(keys).subspan(1)));
}

void JoinTable::add(std::span<const batch::VectorPtr> keys) {
  const std::uint32_t rows = keys.front()->rows;
  if (trees_ + rows > kNone - 1)
    throw Error(ErrorCode::Limit, "a join holds more than 4,294,967,294 trees: filter that side");
  trees_ += rows;
  if (null_aware_) note_nulls(keys);
  numbers_.number(keys, block_);
  if (!lists_) return;
  leave_out_nulls(keys, block_);
  of_tree_.insert(of_tree_.end(), block_.begin(), block_.end());
}

void JoinTable::note_nulls(std::span<const batch::VectorPtr> keys) {
  std::vector<std::uint32_t> groups(keys.front()->rows, 0);
  if (others_) others_->number(keys.subspan(1), groups);
  has_null_.resize(others_ ? others_->size() : 1);
  for (std::size_t row = 0; row < groups.size(); ++row)
    if (is_null(*keys.front(), row)) has_null_[groups[row]] = 1;
}

void JoinTable::freeze() {
  numbers_.freeze();
  if (others_) others_->freeze();
  if (!lists_) return;
  starts_.assign(std::size_t{numbers_.size()} + 1, 0);
  for (const std::uint32_t number : of_tree_)
    if (number != kNone) ++starts_[number + std::size_t{1}];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  listed_.resize(starts_.back());
  std::vector<std::uint32_t> next(starts_.begin(), starts_.end() - 1);
  for (std::uint32_t tree = 0; tree < of_tree_.size(); ++tree)
    if (of_tree_[tree] != kNone) listed_[next[of_tree_[tree]]++] = tree;
  of_tree_ = {};
  one_each_ = listed_.size() == numbers_.size();
  for (std::uint32_t tree = 0; tree < listed_.size() && one_each_; ++tree)
    one_each_ = listed_[tree] == tree && starts_[tree] == tree;
}

void JoinTable::find(std::span<const batch::VectorPtr> keys,
                     std::vector<std::uint32_t>& numbers) const {
  if (trees_ == 0) return numbers.assign(keys.front()->rows, kNone);
  numbers_.find(keys, numbers);
  leave_out_nulls(keys, numbers);
}

// NULL equals nothing, unless a key says so.
void JoinTable::leave_out_nulls(std::span<const batch::VectorPtr> keys,
                                std::vector<std::uint32_t>& numbers) const {
  for (std::size_t key = 0; key < keys.size(); ++key) {
    const batch::Vector& values = *keys[key];
    if (keys_[key].nulls_equal || (values.kinds & batch::kNullTags) == 0) continue;
    for (std::size_t row = 0; row < numbers.size(); ++row)
      if (is_null(values, row)) numbers[row] = kNone;
  }
}

void JoinTable::settle_nulls(std::span<const batch::VectorPtr> keys,
                             std::vector<std::uint32_t>& numbers) const {
  if (trees_ == 0) return;
  std::vector<std::uint32_t> groups(numbers.size(), 0);
  if (others_) {
    others_->find(keys.subspan(1), groups);
    for (std::size_t key = 1; key < keys.size(); ++key)
      for (std::size_t row = 0; row < groups.size(); ++row)
        if (!keys_[key].nulls_equal && is_null(*keys[key], row)) groups[row] = kNone;
  }
  for (std::size_t row = 0; row < numbers.size(); ++row)
    if (groups[row] != kNone && (has_null_[groups[row]] != 0 || is_null(*keys.front(), row)))
      numbers[row] = 0;
}

batch::VectorPtr JoinTable::values(std::size_t key) const { return numbers_.values()[key]; }

}  // namespace arbors::exec
