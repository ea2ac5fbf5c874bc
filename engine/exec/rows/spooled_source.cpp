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

}  // namespace

// Windows of trees, one text each: minimal JSON holds no line ends, so they part the trees.
struct TreeSpool::Written {
  TextHeap heap{kMemory};
  std::vector<TextHeap::Place> places;
  std::vector<std::uint64_t> ends;  // the number of trees up to each window's end

  std::uint64_t trees() const { return ends.empty() ? 0 : ends.back(); }
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

TreeSpool::TreeSpool() : written_(std::make_shared<Written>()) {}
TreeSpool::~TreeSpool() = default;

std::uint64_t TreeSpool::trees() const { return trees_; }

void TreeSpool::end_window() {
  if (trees_ == written_->trees()) return;
  written_->places.push_back(written_->heap.add(window_));
  written_->ends.push_back(trees_);
  window_.clear();
}

void TreeSpool::add(RowRun& run) {
  for (std::uint32_t row = 0; row < run.size(); ++row) {
    run.tree(row, window_);
    window_ += '\n';
    ++trees_;
    if (trees_ - written_->trees() >= kWindowTrees || window_.size() >= kWindowBytes) end_window();
  }
}

TreeSourcePtr TreeSpool::finish() {
  end_window();
  return std::make_shared<WindowSource>(
      written_->ends, [written = written_](std::uint64_t first, std::uint32_t count) {
        return written->window(first, count);
      });
}

TreeSourcePtr spooled(RowStream& rows, const ExecutionContext& context) {
  TreeSpool spool;
  while (const RowRunPtr run = rows.next()) {
    context.check_interrupt();
    spool.add(*run);
  }
  return spool.finish();
}

}  // namespace arbors::exec
