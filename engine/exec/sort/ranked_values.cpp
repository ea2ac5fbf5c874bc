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
      if (ranks[i] != null_rank_) slots[i] = value_of((descending_ ? ~ranks[i] : ranks[i]) - 1);
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

}  // namespace arbors::exec
