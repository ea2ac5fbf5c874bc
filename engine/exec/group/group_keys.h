// Numbers the rows of vectors by several keys together: rows that agree on every key share a group,
// counted from 0 in order of first appearance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/batch/vectors/vector.h"
#include "engine/exec/group/number_table.h"
#include "engine/exec/group/value_numbers.h"

namespace arbors::exec {

class GroupKeys {
 public:
  explicit GroupKeys(std::span<const Collation> collations);

  // Writes the group of each row into `groups`; `keys` has one vector a key, of as many rows.
  void number(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups);

  // Writes for each group of another, of as many keys, the group here.
  void number_all(const GroupKeys& other, std::vector<std::uint32_t>& groups);

  // Ends numbering, and makes find() ready.
  void freeze();
  // Writes the group of each row; ValueNumbers::kNone where no group has its keys. Any thread.
  void find(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups) const;

  std::uint32_t size() const;
  // Each key's value of each group (see ValueNumbers).
  std::vector<batch::VectorPtr> values() const;

 private:
  void join_few(NumberTable& table, std::size_t firsts, std::vector<std::uint32_t>& groups);

  std::vector<ValueNumbers> keys_;
  std::vector<NumberTable> joined_;  // of keys 0 .. i+1: (number of the first, number of the last)
  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint32_t> square_;
};

}  // namespace arbors::exec
