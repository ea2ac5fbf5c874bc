#include "tests/unit/exec/export/documents_source.h"

#include <algorithm>

#include "engine/batch/columns/memory_batch.h"

namespace arbors::exec {

DocumentsSource::DocumentsSource(const std::vector<std::vector<std::string>>& batches,
                                 const batch::KeepOpaque& keep_opaque) {
  for (const auto& documents : batches) {
    auto built =
        std::make_shared<batch::BuiltBatch>(batch::naive_build(documents, *paths_, keep_opaque));
    Segment segment;
    segment.batch = static_cast<BatchId>(batches_.size());
    segment.rows = segment.count = static_cast<std::uint32_t>(documents.size());
    segment.position = trees_;
    segments_.push_back(segment);
    trees_ += documents.size();
    batches_.push_back(std::make_shared<batch::MemoryBatch>(std::move(built), paths_));
  }
}

void DocumentsSource::cut(std::uint32_t rows, const std::function<bool(std::uint64_t)>& keep) {
  std::vector<Segment> parts;
  std::uint64_t position = 0;
  trees_ = 0;
  for (const Segment& whole : segments_) {
    for (std::uint32_t first = 0; first < whole.rows; first += rows) {
      Segment part;
      part.batch = whole.batch;
      part.first_row = first;
      part.rows = std::min(rows, whole.rows - first);
      part.position = trees_;
      part.live.resize((part.rows + 63) / 64);
      for (std::uint32_t k = 0; k < part.rows; ++k) {
        if (!keep(position++)) continue;
        part.live[k / 64] |= std::uint64_t{1} << (k % 64);
        ++part.count;
      }
      trees_ += part.count;
      if (part.count != 0) parts.push_back(part);
    }
  }
  segments_ = std::move(parts);
}

}  // namespace arbors::exec
