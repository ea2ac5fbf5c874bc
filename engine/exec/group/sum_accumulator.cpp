// sum, total and avg: integers exactly, whatever the order; reals with their rounding compensated.
#include <algorithm>
#include <array>
#include <span>

#include "engine/codec/packing/kernel.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/sum_state.h"

namespace arbors::exec {
namespace {

using batch::Tag;
using State = SumState;

// Reals are added in the rows' order, which statistics do not know.
constexpr batch::TagSet kWhole = batch::tag_bit(Tag::Integer) | batch::tag_bit(Tag::False) |
                                 batch::tag_bit(Tag::True) | batch::kNullTags;

// Tells whether values of up to 2^16 rows can be added up in 64 bits.
ARBORS_KERNEL bool are_short(const std::int64_t* values, std::size_t rows) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 46;
  if (rows > std::size_t{1} << 16) return false;
  std::uint64_t bits = 0;
  for (std::size_t row = 0; row < rows; ++row)
    bits |= static_cast<std::uint64_t>(values[row]) + kMost;
  return bits < kMost * 2;
}

ARBORS_KERNEL std::int64_t sum_short(const std::int64_t* values, std::size_t rows) {
  std::int64_t sum = 0;
  for (std::size_t row = 0; row < rows; ++row) sum += values[row];
  return sum;
}

ARBORS_KERNEL std::uint32_t count_bytes(const std::uint8_t* tags, std::size_t rows,
                                        std::uint8_t wanted) {
  std::uint32_t count = 0;
  for (std::size_t row = 0; row < rows; ++row) count += tags[row] == wanted ? 1 : 0;
  return count;
}

class Sum : public Accumulator {
 public:
  explicit Sum(plan::AggregateKind kind) : kind_(kind) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    make_room(states_, rows.groups, rows.expected);
    states_.resize(rows.groups);
    if (rows.of_row.empty() && values->only(kWhole)) return add_whole(*values);
    if (values->tags.empty() && values->uniform == Tag::Integer) {
      if (!rows.counts.empty() && are_short(values->integers.data(), rows.rows))
        return add_short(values->integers.data(), rows);
      for (std::uint32_t row = 0; row < rows.rows; ++row)
        states_[rows.of_row[row]].add(values->integers[row]);
      return;
    }
    if (values->only(batch::tag_bit(Tag::Integer) | batch::kNullTags) &&
        !values->integers.empty()) {
      for (std::uint32_t row = 0; row < rows.rows; ++row)
        if (values->tag(row) == Tag::Integer) states_[rows[row]].add(values->integers[row]);
      return;
    }
    for (std::uint32_t row = 0; row < rows.rows; ++row) states_[rows[row]].add(*values, row);
  }

  bool knows(const batch::Statistics* values) const override {
    return values == nullptr || ((values->kinds() & ~kWhole) == 0 && values->integer_sum);
  }
  void add_known(const batch::Statistics* values, std::uint32_t, std::uint64_t) override {
    states_.resize(1);
    if (values == nullptr) return;
    states_[0].integers += *values->integer_sum + values->count(Tag::True);
    states_[0].count += std::int64_t{values->count(Tag::Integer)} + values->count(Tag::True) +
                        values->count(Tag::False);
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Sum&>(other).states_;
    states_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      states_[to[group]].add(added[group]);
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    states_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const State& state : states_) state.append_to(builder, kind_);
    return builder.finish();
  }

 private:
  // Adds integers, booleans and NULLs, all of one group.
  void add_whole(const batch::Vector& values) {
    add_integers(values.integers);  // 0 in other rows
    std::array<std::uint32_t, batch::kTags> counts{};
    if (values.tags.empty()) {
      counts[static_cast<std::size_t>(values.uniform)] = values.rows;
    } else {
      for (const Tag tag : {Tag::Integer, Tag::False, Tag::True})
        if (values.has(tag))
          counts[static_cast<std::size_t>(tag)] =
              count_bytes(values.tags.data(), values.tags.size(), static_cast<std::uint8_t>(tag));
    }
    const auto count = [&](Tag tag) { return counts[static_cast<std::size_t>(tag)]; };
    states_[0].integers += count(Tag::True);
    states_[0].count += std::int64_t{count(Tag::Integer)} + count(Tag::True) + count(Tag::False);
  }
  void add_integers(std::span<const std::int64_t> values) {
    constexpr std::size_t kBlock = std::size_t{1} << 16;
    for (; !values.empty(); values = values.subspan(std::min(kBlock, values.size()))) {
      const auto block = values.first(std::min(kBlock, values.size()));
      if (are_short(block.data(), block.size())) {
        states_[0].integers += sum_short(block.data(), block.size());
      } else {
        WideInteger sum = 0;
        for (const std::int64_t value : block) sum += value;
        states_[0].integers += sum;
      }
    }
  }

  // Adds to sums of 64 bits, neighbouring rows apart: what one addition gives, the next one to the
  // same group would wait for.
  void add_short(const std::int64_t* values, const RowGroups& rows) {
    constexpr std::size_t kApart = 4;
    const std::size_t groups = rows.counts.size();
    std::vector<std::int64_t> sums(groups * kApart);
    const std::uint32_t* const of_row = rows.of_row.data();
    std::array<std::int64_t*, kApart> parts{};
    for (std::size_t part = 0; part < kApart; ++part) parts[part] = sums.data() + part * groups;
    std::size_t row = 0;
    for (; row + kApart <= rows.rows; row += kApart)
      for (std::size_t part = 0; part < kApart; ++part)
        parts[part][of_row[row + part]] += values[row + part];
    for (; row < rows.rows; ++row) parts[0][of_row[row]] += values[row];
    for (std::size_t group = 0; group < groups; ++group) {
      for (const std::int64_t* part : parts) states_[group].integers += part[group];
      states_[group].count += rows.counts[group];
    }
  }

  plan::AggregateKind kind_;
  std::vector<State> states_;
};

}  // namespace

AccumulatorPtr sum_accumulator(plan::AggregateKind kind) { return std::make_unique<Sum>(kind); }

}  // namespace arbors::exec
