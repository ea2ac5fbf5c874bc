// Gives the entries of the pools of many vectors numbers that are the same for equal texts, in
// order of first appearance. Keeps views: the texts stay in their pools, which outlive the numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::exec {

class TextNumbers {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFF;

  // Numbers the texts that the vector's String rows hold (a filter may have left few of a pool's),
  // each entry once. Gives the numbers by entry of the vector's pool.
  const std::vector<std::uint32_t>& number(const batch::Vector& values);

  const std::vector<std::string_view>& texts() const { return texts_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t number = kUnknown;
  };
  struct Entry {
    std::uint32_t entry;
    std::string_view text;
    std::uint64_t hash;
  };

  std::uint32_t number(const Entry& entry);
  void fetch_ahead(std::span<Entry> entries) const;
  void grow();

  std::unordered_map<const batch::TextPool*, std::vector<std::uint32_t>> pools_;
  std::vector<Entry> new_;
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
};

// The same by the numbers that texts have in the domain of a cache's columns: hashes none that has
// one, and needs no pool afterwards.
class DomainNumbers {
 public:
  explicit DomainNumbers(batch::TextDomainPtr domain) : domain_(std::move(domain)) {}

  // Appends a number for each row, kUnknown for those that are no String; false where the texts
  // are of another domain, or this one has no room for one.
  bool append(const batch::Vector& values, std::vector<std::uint32_t>& numbers);
  const std::vector<std::string_view>& texts() const { return texts_; }
  // The texts by their numbers, as entries of a pool.
  std::shared_ptr<const batch::TextPool> pool() const;

 private:
  std::uint32_t number(std::uint32_t in_domain);

  batch::TextDomainPtr domain_;
  std::vector<std::uint32_t> of_domain_;  // by number in the domain
  std::vector<std::uint32_t> in_domain_;  // the reverse
  std::vector<std::string_view> texts_;
};

// The eight bytes of a text from a place on, which is not beyond its end, as a number that is
// ordered as they are: behind what texts have in common it settles most comparisons without
// touching them.
std::uint64_t eight_bytes(std::string_view text, std::size_t place);

// Orders distinct texts as memcmp does: gives their numbers.
std::vector<std::uint32_t> binary_order(const std::vector<std::string_view>& texts);

}  // namespace arbors::exec
