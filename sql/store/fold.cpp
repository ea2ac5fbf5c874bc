// Turns pending trees into batches, erased rows into live bits, and small batches into larger ones.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "sql/store/batch_writer.h"

namespace arbors::store {

namespace {

// Of the replaced rows, one in so many is folded at a time: a fold is a short pause, and the next
// is as many writes away.
constexpr std::size_t kFoldedPart = 32;
constexpr std::size_t kMostCarriedBytes = kMostPendingBytes / 2;
// A change of so many rows that it pauses anyway folds most of them, and every segment
// of which one row in so many is replaced: what is carried is logged once more by each fold.
constexpr std::size_t kDensePart = 16;

// Chooses the segments with the most replaced rows, until no more than `most_left` of these rows
// and few of their bytes are left, and besides all that have more than a `dense_part` of theirs.
std::set<std::size_t> choose_rewritten(const GenerationState& state, std::size_t most_left,
                                       std::size_t dense_part) {
  std::vector<std::pair<std::size_t, std::size_t>> by_rows;
  std::map<std::size_t, std::size_t> bytes;
  std::size_t bytes_left = 0;
  for (std::size_t at = 0; at < state.segments().size(); ++at) {
    const SegmentOverlays* overlays = state.overlays(at);
    if (overlays == nullptr) continue;
    by_rows.emplace_back(overlays->size(), at);
    bytes[at] = state.bytes_over(at);
    bytes_left += bytes[at];
  }
  std::sort(by_rows.rbegin(), by_rows.rend());
  std::set<std::size_t> chosen;
  std::size_t left = state.replaced();
  for (const auto& [rows, at] : by_rows) {
    const bool dense = dense_part > 0 && rows * dense_part >= state.segments()[at].run.rows;
    if (!dense && left <= most_left && bytes_left <= kMostCarriedBytes) break;
    chosen.insert(at);
    left -= rows;
    bytes_left -= bytes[at];
  }
  return chosen;
}

}  // namespace

std::set<std::size_t> Store::Impl::segments_to_fold(FoldAll all) const {
  if (all == FoldAll::Yes) return choose_rewritten(*state_, 0, 1);
  const std::size_t most = most_replaced();
  const bool pauses = own_removed_ > most;
  return pauses ? choose_rewritten(*state_, most / 2, kDensePart)
                : choose_rewritten(*state_, most - most / kFoldedPart - 1, 0);
}

// A segment that is not rewritten: where rows of it are erased, a new version.
SegmentVersion Store::Impl::without_erased(std::size_t segment) const {
  SegmentVersion version = state_->segments()[segment];
  if (state_->has_erased(segment)) {
    version.id = 0;
    version.born = generation_;
  }
  return version;
}

void Store::Impl::fold(FoldAll all) {
  if (!state_->pending()) return flush();
  mark_.lost = true;  // from the first batch on: a fold may fail half-way
  const Raised settling(settling_);
  generation_for_write();
  const std::set<std::size_t> rewritten = segments_to_fold(all);
  std::vector<SegmentVersion> wanted;
  std::vector<ReplacedRow> carried;
  BatchWriter writer(*this, wanted);
  for (std::size_t at = 0; at < state_->segments().size(); ++at) {
    if (!rewritten.contains(at)) {
      SegmentVersion version = without_erased(at);
      if (version.run.count > 0) wanted.push_back(std::move(version));
      std::ranges::move(state_->replaced_rows(at), std::back_inserter(carried));
    } else if (auto version = is_rewritten_by_columns(at) ? rewrite_columns(at) : std::nullopt) {
      wanted.push_back(*std::move(version));
    } else {
      rewrite(at, writer);
      writer.close();
    }
  }
  for (const InsertedRows::Row& inserted : state_->inserted()) {
    if (inserted.text != GenerationState::kErased)
      writer.add_kept(inserted.rowid, state_->texts()[inserted.text]);
  }
  writer.close();
  set_segments(std::move(wanted));
  write_base();
  carry(std::move(carried));
  purge(oldest());
}

void Store::Impl::optimize() {
  require_transaction();
  refresh();
  meta_->upgrade();
  fold(FoldAll::Yes);
  purge_log(UINT32_MAX);
  const auto& segments = state_->segments();
  const auto live_bytes = [](const SegmentVersion& s) {
    return s.facts.json_bytes * s.run.count / s.facts.trees;
  };
  std::vector<SegmentVersion> wanted;
  bool better = false;
  BatchWriter writer(*this, wanted);
  for (std::size_t at = 0; at < segments.size();) {
    std::size_t end = at;
    std::uint64_t trees = 0, bytes = 0;
    do {
      trees += segments[end].run.count;
      bytes += live_bytes(segments[end]);
      ++end;
    } while (end < segments.size() && trees + segments[end].run.count <= options_.batch_trees &&
             bytes + live_bytes(segments[end]) <= kBatchJsonBytes);
    const bool sparse = segments[at].run.count * 2 < segments[at].facts.trees;
    if (end == at + 1 && !sparse) {
      wanted.push_back(segments[at++]);
      continue;
    }
    if (!better) generation_for_write();
    better = true;
    for (; at < end; ++at) rewrite(at, writer);
    writer.close();
  }
  if (!better) return;
  set_segments(std::move(wanted));
  write_base();
}

}  // namespace arbors::store
