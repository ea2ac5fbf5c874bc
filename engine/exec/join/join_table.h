// The right trees of a join by their keys: numbers for distinct keys (group/value_numbers.h), and
// under each number the trees that have it, in their order. Built by one thread, searched by any.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/exec/group/group_keys.h"
#include "engine/plan/logical_plan.h"

namespace arbors::exec {

class JoinTable {
 public:
  static constexpr std::uint32_t kNone = ValueNumbers::kNone;

  // Without `lists`, only whether there are trees under a key is kept.
  JoinTable(const std::vector<plan::JoinKey>& keys, bool null_aware, bool lists);

  // Adds further trees by their keys' values, coerced.
  void add(std::span<const batch::VectorPtr> keys);
  void freeze();

  std::uint64_t trees() const { return trees_; }
  // Writes the number of each row's key, kNone where no tree has it.
  void find(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& numbers) const;
  // The trees under a number.
  std::span<const std::uint32_t> trees_of(std::uint32_t number) const {
    return {listed_.data() + starts_[number], starts_[number + 1] - starts_[number]};
  }
  // Whether each number has one tree, of the same number.
  bool one_each() const { return one_each_; }
  // Lets NOT IN's rows stay in `numbers` as kNone where it is true, else as any other: see
  // plan::Join::null_aware.
  void settle_nulls(std::span<const batch::VectorPtr> keys,
                    std::vector<std::uint32_t>& numbers) const;
  // The distinct values of a key.
  batch::VectorPtr values(std::size_t key) const;

 private:
  void leave_out_nulls(std::span<const batch::VectorPtr> keys,
                       std::vector<std::uint32_t>& numbers) const;
  void note_nulls(std::span<const batch::VectorPtr> keys);

  std::vector<plan::JoinKey> keys_;
  bool null_aware_, lists_;
  GroupKeys numbers_;
  std::uint64_t trees_ = 0;
  std::vector<std::uint32_t> of_tree_;  // the number of each tree, until frozen
  std::vector<std::uint32_t> starts_, listed_;
  bool one_each_ = false;
  std::vector<std::uint32_t> block_;
  // Of NOT IN: the keys that correlate, and whether a tree that has them has a NULL to compare
  // with.
  std::optional<GroupKeys> others_;
  std::vector<std::uint8_t> has_null_;
};

}  // namespace arbors::exec
