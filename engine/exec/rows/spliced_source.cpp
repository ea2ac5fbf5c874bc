#include "engine/exec/rows/spliced_source.h"

#include <algorithm>
#include <bit>
#include <map>

#include "engine/base/error.h"

namespace arbors::exec {
namespace {

// The rows k0 .. k1-1 of a segment, as a segment.
Segment part(const Segment& segment, std::uint32_t k0, std::uint32_t k1) {
  Segment cut;
  cut.batch = segment.batch;
  cut.first_row = segment.first_row + k0;
  cut.rows = cut.count = k1 - k0;
  cut.first_rowid = segment.first_rowid + k0;
  if (!segment.rowids.empty())
    cut.rowids.assign(segment.rowids.begin() + k0, segment.rowids.begin() + k1);
  if (segment.live.empty()) return cut;
  cut.count = 0;
  cut.live.assign((cut.rows + 63) / 64, 0);
  for (std::uint32_t k = k0; k < k1; ++k) {
    if (!segment.is_live(k)) continue;
    cut.live[(k - k0) >> 6] |= std::uint64_t{1} << ((k - k0) & 63);
    ++cut.count;
  }
  return cut;
}

// The row of the live tree with the given number in the segment.
std::uint32_t row_of_live(const Segment& segment, std::uint32_t number) {
  if (segment.live.empty()) return number;
  for (std::uint32_t k = 0; k < segment.rows; ++k)
    if (segment.is_live(k) && number-- == 0) return k;
  return segment.rows;
}

}  // namespace

Pieces pieces_of(const TreeSourcePtr& source) {
  Pieces pieces;
  for (const Segment& segment : source->segments()) pieces.push_back({source, segment});
  return pieces;
}

Pieces cut(const Pieces& pieces, std::uint64_t first, std::uint64_t count) {
  Pieces result;
  std::uint64_t position = 0;
  for (const Piece& piece : pieces) {
    const std::uint64_t size = piece.segment.count;
    const std::uint64_t begin = std::max(first, position);
    const std::uint64_t end =
        first + count < first ? position + size : std::min(first + count, position + size);
    if (begin < end && end - begin == size) {
      result.push_back(piece);
    } else if (begin < end) {
      const std::uint32_t k0 =
          row_of_live(piece.segment, static_cast<std::uint32_t>(begin - position));
      const std::uint32_t k1 =
          row_of_live(piece.segment, static_cast<std::uint32_t>(end - position - 1)) + 1;
      result.push_back({piece.source, part(piece.segment, k0, k1)});
    }
    position += size;
  }
  return result;
}

Pieces pieces_of(const TreeSourcePtr& source, std::span<const RowRef> rows) {
  Pieces pieces;
  for (std::size_t at = 0; at < rows.size();) {
    const Segment& home = source->segments()[rows[at].segment];
    std::size_t end = at + 1;
    while (end < rows.size() && rows[end].segment == rows[at].segment &&
           rows[end].row > rows[end - 1].row)
      ++end;
    const std::uint32_t first = rows[at].row - home.first_row;
    Segment run = part(home, first, rows[end - 1].row - home.first_row + 1);
    if (end - at != run.rows) {
      run.live.assign((run.rows + 63) / 64, 0);
      for (std::size_t i = at; i < end; ++i) {
        const std::uint32_t k = rows[i].row - run.first_row;
        run.live[k >> 6] |= std::uint64_t{1} << (k & 63);
      }
    } else {
      run.live.clear();
    }
    run.count = static_cast<std::uint32_t>(end - at);
    pieces.push_back({source, std::move(run)});
    at = end;
  }
  return pieces;
}

SplicedSource::SplicedSource(const Pieces& pieces) : paths_(&none_) {
  std::map<std::pair<TreeSource*, BatchId>, BatchId> numbers;
  for (const Piece& piece : pieces) {
    const auto [known, added] = numbers.try_emplace({piece.source.get(), piece.segment.batch},
                                                    static_cast<BatchId>(batches_.size()));
    if (added) batches_.emplace_back(piece.source, piece.segment.batch);
    Segment segment = piece.segment;
    segment.batch = known->second;
    segment.position = trees_;
    trees_ += segment.count;
    segments_.push_back(std::move(segment));
  }
  if (!pieces.empty()) paths_ = &pieces.front().source->paths();
}

batch::BatchReaderPtr SplicedSource::open_batch(BatchId batch) {
  if (batch >= batches_.size()) throw_invalid("no such batch: " + std::to_string(batch));
  return batches_[batch].first->open_batch(batches_[batch].second);
}

}  // namespace arbors::exec
