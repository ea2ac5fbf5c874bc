#include "engine/batch/columns/distinct_estimate.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace arbors::batch {
namespace {

// A set of hashes in one flat table of twice their number, probed linearly; 0 marks a free slot.
class HashSet {
 public:
  explicit HashSet(std::size_t most) : slots_(std::bit_ceil(2 * most)) {}

  void add(std::uint64_t hash) {
    hash += hash == 0;
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at] != 0 && slots_[at] != hash) at = (at + 1) & (slots_.size() - 1);
    size_ += slots_[at] == 0;
    slots_[at] = hash;
  }
  std::size_t size() const { return size_; }

 private:
  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
};

}  // namespace

std::uint32_t estimate_distinct(const std::vector<std::uint64_t>& sample, std::size_t values) {
  HashSet set(sample.size());
  const std::size_t half = sample.size() / 2;
  for (std::size_t i = 0; i < half; ++i) set.add(sample[i]);
  const std::size_t in_half = std::max<std::size_t>(set.size(), 1);
  for (std::size_t i = half; i < sample.size(); ++i) set.add(sample[i]);
  if (values == sample.size()) return static_cast<std::uint32_t>(set.size());
  const double growth = std::log2(static_cast<double>(set.size()) / static_cast<double>(in_half));
  const double more = static_cast<double>(values) / static_cast<double>(sample.size());
  const double estimate = static_cast<double>(set.size()) * std::pow(more, growth);
  return static_cast<std::uint32_t>(std::min(estimate, static_cast<double>(values)));
}

}  // namespace arbors::batch
