#include "engine/exec/rows/spooled_source.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/exec/rows/text_heap.h"
#include "engine/exec/rows/window_source.h"
#include "engine/exec/scan/text_batch.h"

namespace arbors::exec {
namespace {

constexpr std::uint64_t kMemory = 16U << 20;
constexpr std::uint64_t kWindowTrees = 4096;
constexpr std::uint64_t kWindowBytes = 2U << 20;

// Windows of trees, one text each: minimal JSON holds no line ends, so they part the trees.
struct Spool {
  TextHeap heap{kMemory};
  std::vector<TextHeap::Place> places;
  std::vector<std::uint64_t> ends;  // the number of trees up to each window's end

  batch::BatchReaderPtr window(std::uint64_t first, std::uint32_t count) {
    const auto after = std::upper_bound(ends.begin(), ends.end(), first);
    std::string text;
    heap.read(places[static_cast<std::size_t>(after - ends.begin())], text);
    std::vector<std::string> trees;
    trees.reserve(count);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      trees.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return std::make_shared<TextBatch>(std::move(trees));
  }
};

}  // namespace

TreeSourcePtr spooled(RowStream& rows, const ExecutionContext& context) {
  auto spool = std::make_shared<Spool>();
  std::string text;
  std::uint64_t trees = 0, written = 0;
  const auto end_window = [&] {
    if (trees == written) return;
    spool->places.push_back(spool->heap.add(text));
    spool->ends.push_back(trees);
    text.clear();
    written = trees;
  };
  while (const RowRunPtr run = rows.next()) {
    context.check_interrupt();
    for (std::uint32_t row = 0; row < run->size(); ++row) {
      run->tree(row, text);
      text += '\n';
      ++trees;
      if (trees - written >= kWindowTrees || text.size() >= kWindowBytes) end_window();
    }
  }
  end_window();
  return std::make_shared<WindowSource>(
      spool->ends,
      [spool](std::uint64_t first, std::uint32_t count) { return spool->window(first, count); });
}

}  // namespace arbors::exec
