#include "engine/exec/group/gathered_trees.h"

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kRowsAtOnce = 1U << 16;  // written before the next question whether to stop

}  // namespace

std::uint64_t GatheredTrees::array_bytes(std::uint32_t group) {
  prepare();
  const std::uint64_t most = context_.budgets.max_tree_bytes;
  const std::uint32_t first = starts_[group], end = starts_[group + std::size_t{1}];
  std::uint64_t bytes = end > first ? 1 + end - first : 2;  // brackets and commas
  for (std::uint32_t row = first; row < end; ++row) {
    bytes += rows_.tree_bytes(row);
    if (bytes <= most) continue;
    throw Error(ErrorCode::Limit, "one group gathers " + std::to_string(end - first) +
                                      " trees into a tree of more than " + std::to_string(most) +
                                      " bytes (max_tree_bytes), " + std::to_string(row - first) +
                                      " of them fit: select fewer fields first, aggregate in "
                                      "braces, or raise the limit with "
                                      "arbor_config('max_tree_bytes', n)");
  }
  return bytes;
}

void GatheredTrees::write_array(std::uint32_t group,
                                const std::function<void(std::string_view)>& write) {
  prepare();
  const std::uint32_t first = starts_[group], end = starts_[group + std::size_t{1}];
  std::string piece = "[";
  for (std::uint32_t row = first; row < end; ++row) {
    if (row % kRowsAtOnce == 0) context_.check_interrupt();
    rows_.tree(row, piece);
    piece += row + 1 < end ? ',' : ']';
    write(piece);
    piece.clear();
  }
  if (first == end) write("[]");
}

}  // namespace arbors::exec
