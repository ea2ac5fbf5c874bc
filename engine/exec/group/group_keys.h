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
  // `bits`: of the words that several keys' numbers are packed into, 64 but in tests.
  explicit GroupKeys(std::span<const Collation> collations, unsigned bits = 64);

  // Writes the group of each row into `groups`; `keys` has one vector a key, of as many rows.
  void number(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups);

  // Counts the rows of each group instead, where that is quicker; false, and nothing done, where
  // number() must be asked.
  bool count(std::span<const batch::VectorPtr> keys, std::vector<GroupRows>& rows);

  // Writes for each group of another, of as many keys, the group here.
  void number_all(const GroupKeys& other, std::vector<std::uint32_t>& groups);

  // Makes find() ready. From now on values alone that are known may be numbered.
  void freeze();
  // Writes the group of each row; ValueNumbers::kNone where no group has its keys. Any thread.
  void find(std::span<const batch::VectorPtr> keys, std::vector<std::uint32_t>& groups) const;

  std::uint32_t size() const;
  // How many groups there may be in the end; 0 where that is not known.
  std::uint32_t expected() const { return single() ? keys_.front().expected() : 0; }
  // Whether a group has keys that look different (see ValueNumbers).
  bool varied() const;
  // Each key's value of each group, one that stands for all where they are varied.
  std::vector<batch::VectorPtr> values() const;

 private:
  using Numbers = std::vector<std::uint32_t>;

  bool single() const { return keys_.size() == 1; }
  bool make_room();
  std::uint64_t packed(std::span<const std::uint32_t> numbers) const;
  void unpack(std::uint64_t word, std::span<std::uint32_t> numbers) const;
  void pack_rows(const std::vector<Numbers>& of_keys, std::vector<std::uint64_t>& words) const;
  std::uint64_t combinations() const;
  void number_few(std::uint64_t combinations, Numbers& groups);
  void number_packed(Numbers& groups);
  void number_chained(Numbers& groups);
  std::uint32_t chained(std::span<const std::uint32_t> numbers);
  void begin_chain();
  void find_packed(const std::vector<Numbers>& of_keys, Numbers& groups) const;
  void find_chained(const std::vector<Numbers>& of_keys, Numbers& groups) const;
  std::vector<Numbers> numbers_of_groups() const;

  std::vector<ValueNumbers> keys_;
  // The numbers of all keys packed into one word, so many bits each, while they fit.
  unsigned bits_;
  std::vector<unsigned> widths_;
  NumberTable words_;
  // Beyond it: of keys 0 .. i+1, (number of the first ones, number of the last).
  std::vector<NumberTable> chain_;
  std::vector<Numbers> of_keys_;  // of the rows at hand
  std::vector<std::uint64_t> of_rows_;
  Numbers square_;
  bool varied_ = false;  // another's, of which all is numbered here
};

}  // namespace arbors::exec
