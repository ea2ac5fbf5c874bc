#include "engine/exec/sort/ranked_values.h"

#include <algorithm>

namespace arbors::exec {

using batch::Tag;

batch::VectorPtr RankedValues::values(std::span<const std::uint64_t> ranks) const {
  auto vector = std::make_shared<batch::Vector>();
  const Tag kind = pool_ ? Tag::String : Tag::Integer;
  vector->rows = static_cast<std::uint32_t>(ranks.size());
  vector->uniform = kind;
  vector->kinds = batch::tag_bit(kind);
  vector->strings = pool_;
  if (std::find(ranks.begin(), ranks.end(), null_rank_) != ranks.end()) {
    vector->kinds |= batch::tag_bit(Tag::Null);
    vector->tags.resize(ranks.size());
    std::transform(ranks.begin(), ranks.end(), vector->tags.begin(), [&](std::uint64_t rank) {
      return static_cast<std::uint8_t>(rank == null_rank_ ? Tag::Null : kind);
    });
  }
  const auto fill = [&](auto& slots, auto value_of) {
    slots.resize(ranks.size());
    for (std::size_t i = 0; i < ranks.size(); ++i)
      if (ranks[i] != null_rank_)
        slots[i] = value_of(descending_ ? greatest_ - ranks[i] : ranks[i] - 1);
  };
  std::vector<std::uint32_t> codes;
  if (pool_)
    fill(codes, [](std::uint64_t place) { return static_cast<std::uint32_t>(place); });
  else
    fill(vector->integers, [&](std::uint64_t place) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(least_) + place);
    });
  vector->codes = batch::Codes(std::move(codes));
  return vector;
}

SortedRanks::SortedRanks(const Ranks& ranks, const std::vector<std::uint32_t>& order) {
  ranks.visit([&](const auto& of_number) {
    if (take_runs(of_number, order)) return;
    runs_ = {};
    std::decay_t<decltype(of_number)> each(order.size());
    std::transform(order.begin(), order.end(), each.begin(),
                   [&](std::uint32_t number) { return of_number[number]; });
    each_ = Ranks(std::move(each));
  });
}

// False where runs would be short: some of the rows tell.
template <typename Word>
bool SortedRanks::take_runs(const std::vector<Word>& ranks,
                            const std::vector<std::uint32_t>& order) {
  constexpr std::size_t kRowsOfARun = 8;  // on average, at least
  constexpr std::size_t kLooks = 1024;
  std::size_t looks = 0, ends = 0;
  for (std::size_t at = 1; at < order.size(); at += order.size() / kLooks + 1, ++looks)
    ends += ranks[order[at]] != ranks[order[at - 1]] ? 1 : 0;
  if (ends > looks / kRowsOfARun) return false;
  for (std::size_t at = 0; at < order.size(); ++at) {
    const Word rank = ranks[order[at]];
    if (runs_.empty() || runs_.back().rank != rank) runs_.push_back({rank, at});
    runs_.back().end = at + 1;
    if (runs_.size() > order.size() / kRowsOfARun * 2 + 1) return false;
  }
  return true;
}

std::vector<std::uint64_t> SortedRanks::cut(std::size_t first, std::size_t count) const {
  std::vector<std::uint64_t> ranks(count);
  if (each_.size() != 0) {
    each_.visit([&](const auto& each) {
      std::copy_n(each.begin() + static_cast<std::ptrdiff_t>(first), count, ranks.begin());
    });
    return ranks;
  }
  auto run = std::upper_bound(runs_.begin(), runs_.end(), first,
                              [](std::size_t at, const Run& one) { return at < one.end; });
  for (std::size_t i = 0; i < count; ++run) {
    const std::size_t end = std::min(count, run->end - first);
    std::fill(ranks.begin() + static_cast<std::ptrdiff_t>(i),
              ranks.begin() + static_cast<std::ptrdiff_t>(end), run->rank);
    i = end;
  }
  return ranks;
}

}  // namespace arbors::exec
