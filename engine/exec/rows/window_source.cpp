#include "engine/exec/rows/window_source.h"

#include <algorithm>

namespace arbors::exec {
namespace {

constexpr std::size_t kWindowsKept = 4;

}  // namespace

WindowSource::WindowSource(std::vector<std::uint64_t> ends, Make make)
    : ends_(std::move(ends)), make_(std::move(make)) {
  std::uint64_t position = 0;
  for (BatchId window = 0; window < ends_.size(); ++window) {
    Segment segment;
    segment.batch = window;
    segment.rows = segment.count = static_cast<std::uint32_t>(ends_[window] - position);
    segment.position = position;
    segment.first_rowid = static_cast<std::int64_t>(position) + 1;
    segments_.push_back(std::move(segment));
    position = ends_[window];
  }
}

TreeSourcePtr WindowSource::even(std::uint64_t trees, std::uint32_t window, Make make) {
  std::vector<std::uint64_t> ends;
  for (std::uint64_t at = 0; at < trees;) ends.push_back(at = std::min(trees, at + window));
  return std::make_shared<WindowSource>(std::move(ends), std::move(make));
}

batch::BatchReaderPtr WindowSource::open_batch(BatchId window) {
  const auto known = std::find_if(recent_.begin(), recent_.end(),
                                  [&](const auto& entry) { return entry.first == window; });
  if (known != recent_.end()) {
    recent_.splice(recent_.begin(), recent_, known);
    return recent_.front().second;
  }
  const Segment& segment = segments_.at(window);
  recent_.emplace_front(window, make_(segment.position, segment.rows));
  if (recent_.size() > kWindowsKept) recent_.pop_back();
  return recent_.front().second;
}

}  // namespace arbors::exec
