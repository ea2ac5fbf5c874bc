// An aggregate over the distinct values of each group: hands each value on once.
#include <bit>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/number_table.h"
#include "engine/exec/group/value_numbers.h"

namespace arbors::exec {
namespace {

// Pairs of a group and a value number that were seen: a bit map a group while groups are few, else
// a hash table.
class SeenPairs {
 public:
  bool add(std::uint32_t group, std::uint32_t number) {
    if (group >= kFewGroups) {
      const std::uint32_t before = table_.size();
      return table_.number(std::uint64_t{group} << 32 | number) == before;
    }
    if (group >= maps_.size()) maps_.resize(group + std::size_t{1});
    std::vector<std::uint64_t>& map = maps_[group];
    const std::size_t word = number >> 6;
    if (word >= map.size()) map.resize(std::max<std::size_t>(word + 1, map.size() * 2));
    const std::uint64_t bit = std::uint64_t{1} << (number & 63);
    const bool added = (map[word] & bit) == 0;
    map[word] |= bit;
    in_maps_ += added ? 1 : 0;
    return added;
  }
  std::uint64_t size() const { return in_maps_ + table_.size(); }

  template <typename Use>
  void for_each(Use use) const {
    for (std::uint32_t group = 0; group < maps_.size(); ++group)
      for (std::size_t word = 0; word < maps_[group].size(); ++word)
        for (std::uint64_t bits = maps_[group][word]; bits != 0; bits &= bits - 1)
          use(group, static_cast<std::uint32_t>(word * 64) +
                         static_cast<std::uint32_t>(std::countr_zero(bits)));
    for (std::uint32_t pair = 0; pair < table_.size(); ++pair)
      use(static_cast<std::uint32_t>(table_.key(pair) >> 32),
          static_cast<std::uint32_t>(table_.key(pair)));
  }

 private:
  static constexpr std::uint32_t kFewGroups = 64;
  std::vector<std::vector<std::uint64_t>> maps_;
  std::uint64_t in_maps_ = 0;
  NumberTable table_;
};

class Distinct : public Accumulator {
 public:
  // With `counts`, `over` counts rows and is not told the values.
  Distinct(AccumulatorPtr over, bool counts, Collation collation, std::string doubt)
      : over_(std::move(over)), counts_(counts), values_(collation), doubt_(std::move(doubt)) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    values_.number(*values, numbers_);
    std::vector<std::uint32_t> fresh, groups;
    PolledSteps steps;
    for (std::uint32_t row = 0; row < rows.rows; ++row, steps.step()) {
      if (numbers_[row] == values_.null_number() || !seen_.add(rows[row], numbers_[row])) continue;
      fresh.push_back(row);
      groups.push_back(rows[row]);
    }
    const batch::VectorPtr chosen = counts_ ? nullptr : batch::gather(*values, fresh);
    over_->add(chosen.get(), {groups.empty() ? rows.of_row.first(0) : groups, rows.groups,
                              static_cast<std::uint32_t>(fresh.size())});
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Distinct&>(other);
    if (counts_) return merge_counts(added, to, groups);
    std::vector<std::uint32_t> numbers, into;
    added.seen_.for_each([&](std::uint32_t group, std::uint32_t number) {
      numbers.push_back(number);
      into.push_back(to[group]);
    });
    if (numbers.empty()) return;
    const batch::VectorPtr values = batch::gather(*added.values_.values(), numbers);
    add(values.get(), {into, groups, static_cast<std::uint32_t>(into.size())});
  }

  std::uint64_t held() const override { return seen_.size(); }
  batch::VectorPtr finish(std::uint32_t groups) override {
    if (!doubt_.empty() && values_.varied()) throw_invalid(doubt_);
    return over_->finish(groups);
  }

 private:
  // Numbers each value once, and not once a group.
  void merge_counts(const Distinct& added, std::span<const std::uint32_t> to,
                    std::uint32_t groups) {
    values_.number_all(added.values_, numbers_);
    std::vector<std::uint32_t> fresh;
    added.seen_.for_each([&](std::uint32_t group, std::uint32_t number) {
      if (seen_.add(to[group], numbers_[number])) fresh.push_back(to[group]);
    });
    if (!fresh.empty())
      over_->add(nullptr, {fresh, groups, static_cast<std::uint32_t>(fresh.size())});
  }

  AccumulatorPtr over_;
  bool counts_;
  ValueNumbers values_;
  std::string doubt_;
  SeenPairs seen_;
  std::vector<std::uint32_t> numbers_;
};

}  // namespace

AccumulatorPtr distinct_accumulator(AccumulatorPtr over, Collation collation, std::string doubt) {
  return std::make_unique<Distinct>(std::move(over), false, collation, std::move(doubt));
}

AccumulatorPtr distinct_count_accumulator(Collation collation) {
  return std::make_unique<Distinct>(count_accumulator(true), true, collation, std::string());
}

}  // namespace arbors::exec
