// Lets a relation's rows give way to several each: elements of arrays, pairs of a join.
#include <algorithm>
#include <numeric>

#include "engine/exec/stages/run_plan.h"

namespace arbors::exec {
namespace {

// Where the picked rows stand, by segment, so that each block is made once.
std::vector<std::uint32_t> by_segment(const std::vector<RowRef>& rows) {
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return rows[left].segment < rows[right].segment;
  });
  return order;
}

// A run of rows of a segment's exploded block.
struct Elements {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// Finds the elements of each picked row in the blocks that `exploded` scans.
std::vector<Elements> elements_of(const ScanInput& exploded, const std::vector<RowRef>& rows,
                                  const ExecutionContext& context) {
  std::vector<Elements> elements(rows.size());
  const std::vector<std::uint32_t> order = by_segment(rows);
  for (std::size_t at = 0; at < order.size();) {
    context.check_interrupt();
    const std::uint32_t segment = rows[order[at]].segment;
    const ScannedRows block = reopen(exploded, segment, context);
    std::span<const std::uint32_t> parents;
    if (block.mounts) parents = block.mounts->parents();
    for (; at < order.size() && rows[order[at]].segment == segment; ++at) {
      const auto [first, end] =
          std::equal_range(parents.begin(), parents.end(), rows[order[at]].row);
      elements[order[at]] = {static_cast<std::uint32_t>(first - parents.begin()),
                             static_cast<std::uint32_t>(end - first)};
    }
  }
  return elements;
}

}  // namespace

void expand_rows(Relation& relation, const ScanStep& step, const ExecutionContext& context) {
  if (relation.sliced()) pick(relation, context);
  relation.input.steps.push_back(step);
  if (!relation.picked) return;
  std::vector<RowRef> rows;
  const std::vector<Elements> elements = elements_of(relation.input, *relation.picked, context);
  for (std::size_t at = 0; at < elements.size(); ++at)
    for (std::uint32_t i = 0; i < elements[at].count; ++i)
      rows.push_back({(*relation.picked)[at].segment, elements[at].first + i});
  relation.picked = std::move(rows);
}

}  // namespace arbors::exec
