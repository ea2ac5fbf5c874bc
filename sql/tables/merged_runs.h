// Sorted runs of texts walked as one. A run has a size and gives its texts by number, ascending by
// memcmp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/codec/texts/affixes.h"
#include "engine/exec/sort/text_numbers.h"

namespace arbors::store {

constexpr std::uint64_t kStepsAnEntry = 16;  // of polling, where one is written

// Puts another item in the place of a heap's top.
template <typename Item, typename Later>
void replace_top(std::vector<Item>& heap, const Item& item, const Later& later) {
  std::size_t hole = 0;
  for (std::size_t child = 1; child < heap.size(); child = 2 * hole + 1) {
    if (child + 1 < heap.size() && later(heap[child], heap[child + 1])) ++child;
    if (!later(item, heap[child])) break;
    heap[hole] = heap[child];
    hole = child;
  }
  if (hole < heap.size()) heap[hole] = item;
}

// What all texts of the runs begin with; none of these is empty.
template <typename Run>
std::size_t prefix_of_runs(const std::vector<Run>& runs) {
  std::vector<std::string_view> bounds;
  for (const Run& run : runs) {
    bounds.push_back(run[0]);
    bounds.push_back(run[run.size() - 1]);
  }
  return codec::shared_prefix(bounds).size();
}

// Calls each(run, at) for the texts of all runs in their order, equal ones in that of the runs. A
// heap holds the next text of each run, the least on top.
template <typename Run, typename Each>
void walk_merged(const std::vector<Run>& runs, const Each& each) {
  if (runs.empty()) return;
  struct Next {
    std::uint64_t bytes;
    std::uint32_t run;
    std::uint32_t at;  // in the run
  };
  const std::size_t prefix = prefix_of_runs(runs);
  const auto text = [&](const Next& next) { return runs[next.run][next.at]; };
  const auto later = [&](const Next& left, const Next& right) {
    if (left.bytes != right.bytes) return left.bytes > right.bytes;
    const int order = text(left).compare(text(right));
    return order != 0 ? order > 0 : left.run > right.run;
  };
  std::vector<Next> heap;
  for (std::uint32_t run = 0; run < runs.size(); ++run)
    heap.push_back({exec::eight_bytes(runs[run][0], prefix), run, 0});
  std::make_heap(heap.begin(), heap.end(), later);
  while (!heap.empty()) {
    Next least = heap.front();
    const Run& run = runs[least.run];
    each(run, std::size_t{least.at});
    if (++least.at < run.size()) {
      least.bytes = exec::eight_bytes(text(least), prefix);
    } else {
      least = heap.back();
      heap.pop_back();
    }
    replace_top(heap, least, later);
  }
}

}  // namespace arbors::store
