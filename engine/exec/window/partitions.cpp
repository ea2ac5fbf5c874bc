#include "engine/exec/window/partitions.h"

#include <algorithm>
#include <numeric>

#include "engine/exec/sort/sorted_rows.h"

namespace arbors::exec {
namespace {

using FrameEdge = plan::WindowFrame::Bound;
using Unit = plan::WindowFrame::Unit;

std::vector<std::uint32_t> ordered(std::uint32_t rows, const std::vector<std::uint32_t>& partition,
                                   const std::vector<Ranks>& ranks) {
  std::vector<Ranks> keys;
  if (!partition.empty()) keys.emplace_back(std::vector<std::uint32_t>(partition));
  keys.insert(keys.end(), ranks.begin(), ranks.end());
  if (!keys.empty()) return sorted_rows(keys);
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

bool comes_before(const std::vector<Ranks>& ranks, std::uint32_t left, std::uint32_t right) {
  for (const auto& key : ranks)
    if (key[left] != key[right]) return key[left] < key[right];
  return left < right;
}

}  // namespace

Partitions partitioned(std::uint32_t rows, const std::vector<std::uint32_t>& partition,
                       const std::vector<Ranks>& ranks) {
  Partitions result;
  result.rows = ordered(rows, partition, ranks);
  for (std::uint32_t place = 0; place < rows; ++place) {
    const std::uint32_t row = result.rows[place];
    const std::uint32_t before = place == 0 ? 0 : result.rows[place - 1];
    const bool begins = place == 0 || (!partition.empty() && partition[row] != partition[before]);
    const bool differs = begins || std::any_of(ranks.begin(), ranks.end(), [&](const auto& key) {
                           return key[row] != key[before];
                         });
    if (begins) {
      result.starts.push_back(place);
      result.peers_of_partition.push_back(static_cast<std::uint32_t>(result.peers.size()));
    }
    if (differs) result.peers.push_back(place);
  }
  result.starts.push_back(rows);
  result.peers_of_partition.push_back(static_cast<std::uint32_t>(result.peers.size()));
  result.peers.push_back(rows);
  return result;
}

std::vector<std::uint32_t> first_of_each(std::uint32_t rows,
                                         const std::vector<std::uint32_t>& partition,
                                         const std::vector<Ranks>& ranks, std::uint64_t count) {
  std::vector<std::uint32_t> kept;
  if (count == 0) return kept;
  const auto before = [&](std::uint32_t left, std::uint32_t right) {
    return comes_before(ranks, left, right);
  };
  std::vector<std::vector<std::uint32_t>> best;  // of each partition; a heap, its last row on top
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::uint32_t at = partition.empty() ? 0 : partition[row];
    if (at >= best.size()) best.resize(at + std::size_t{1});
    std::vector<std::uint32_t>& heap = best[at];
    if (heap.size() == count) {
      if (!before(row, heap.front())) continue;
      std::pop_heap(heap.begin(), heap.end(), before);
      heap.back() = row;
    } else {
      heap.push_back(row);
    }
    std::push_heap(heap.begin(), heap.end(), before);
  }
  for (const auto& heap : best) kept.insert(kept.end(), heap.begin(), heap.end());
  std::sort(kept.begin(), kept.end());
  return kept;
}

FrameWalk::FrameWalk(const Partitions& partitions, std::uint32_t partition,
                     const plan::WindowFrame& frame)
    : partitions_(partitions),
      frame_(frame),
      start_(partitions.starts[partition]),
      end_(partitions.starts[partition + 1]),
      first_group_(partitions.peers_of_partition[partition]),
      end_group_(partitions.peers_of_partition[partition + 1]),
      place_(start_),
      group_(first_group_) {}

void FrameWalk::next() {
  if (++place_ == peers_end() && place_ != end_) ++group_;
}

// The place where a group of peers begins that is counted over all partitions, held within this
// one.
std::uint32_t FrameWalk::group_start(std::int64_t group) const {
  if (group <= first_group_) return start_;
  return group >= end_group_ ? end_ : partitions_.peers[static_cast<std::size_t>(group)];
}

FramePlaces FrameWalk::frame() const {
  // Counts no further than there are rows, so that nothing overflows.
  const std::int64_t from =
      static_cast<std::int64_t>(std::min<std::uint64_t>(frame_.from_rows, std::uint64_t{1} << 33));
  const std::int64_t to =
      static_cast<std::int64_t>(std::min<std::uint64_t>(frame_.to_rows, std::uint64_t{1} << 33));
  const bool rows = frame_.unit == Unit::Rows;
  const auto place_at = [&](std::int64_t distance) {
    if (!rows) return group_start(std::int64_t{group_} + distance);
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(place_ + distance, start_, end_));
  };
  const auto first = [&] {
    if (frame_.from == FrameEdge::UnboundedPreceding) return start_;
    if (frame_.from == FrameEdge::CurrentRow) return place_at(0);
    return place_at(frame_.from == FrameEdge::Preceding ? -from : from);
  };
  const auto end = [&] {
    if (frame_.to == FrameEdge::UnboundedFollowing) return end_;
    if (frame_.to == FrameEdge::CurrentRow) return place_at(1);
    return place_at((frame_.to == FrameEdge::Preceding ? -to : to) + 1);
  };
  return {first(), end()};
}

}  // namespace arbors::exec
