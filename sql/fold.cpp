// Turns pending trees into batches, erased rows into live bits, and small batches into larger ones.
#include <algorithm>
#include <set>

#include "engine/batch/tree_writer.h"
#include "sql/batch_writer.h"
#include "sql/stored_batch.h"

namespace arbors::store {

namespace {

struct CarriedTree {
  std::int64_t rowid;
  std::string tree;
};

std::size_t replaced_rows(const Mirror::Overlays& overlays) {
  return static_cast<std::size_t>(
      std::count_if(overlays.begin(), overlays.end(),
                    [](const auto& overlay) { return overlay.second != Mirror::kErased; }));
}

// Chooses the segments with the most replaced rows, until a sixteenth of these rows is done: one
// fold is a short pause, and the next is as many writes away.
std::set<std::size_t> choose_rewritten(const Mirror& mirror, bool all) {
  std::vector<std::pair<std::size_t, std::size_t>> by_rows;
  for (std::size_t at = 0; at < mirror.segments().size(); ++at) {
    const Mirror::Overlays* overlays = mirror.overlays(at);
    const std::size_t rows = overlays == nullptr ? 0 : replaced_rows(*overlays);
    if (rows > 0) by_rows.emplace_back(rows, at);
  }
  std::sort(by_rows.rbegin(), by_rows.rend());
  std::set<std::size_t> chosen;
  std::size_t left = mirror.replaced();
  for (const auto& [rows, at] : by_rows) {
    // A row in sixteen makes a segment worth its rewriting even when few rows wait.
    const bool dense = rows * 16 >= mirror.segments()[at].run.rows;
    if (!all && !dense && left <= mirror.replaced() - mirror.replaced() / 16) break;
    chosen.insert(at);
    left -= rows;
  }
  return chosen;
}

// Gives the version of a segment without the rows that its overlays erase.
SegmentVersion without_erased(const SegmentVersion& segment, const Mirror::Overlays& overlays,
                              std::int64_t generation) {
  SegmentVersion version = segment;
  exec::Segment& run = version.run;
  for (const auto& [row, text] : overlays) {
    if (text == Mirror::kErased) mark_dead(run, row);
  }
  run.count = count_live(run);
  version.id = 0;
  version.born = generation;
  return version;
}

}  // namespace

void Store::Impl::rewrite(std::size_t at, BatchWriter& writer) {
  const SegmentVersion& segment = mirror_->segments()[at];
  const Mirror::Overlays* overlays = mirror_->overlays(at);
  StoredBatch batch(chunks_, published(), segment.run.batch, segment.facts);
  batch::TreeWriter trees(batch);
  std::string text;
  for (std::uint32_t row = 0; row < segment.run.rows; ++row) {
    if (!segment.run.is_live(row)) continue;
    if (overlays != nullptr) {
      const auto found = overlays->find(row);
      if (found != overlays->end()) {
        if (found->second != Mirror::kErased) {
          writer.add(segment.run.rowid(row), mirror_->texts()[found->second]);
        }
        continue;
      }
    }
    text.clear();
    trees.write_tree(segment.run.first_row + row, text);
    writer.add(segment.run.rowid(row), text);
  }
}

void Store::Impl::fold(FoldAll all) {
  if (!mirror_->pending()) return flush();
  const Raised settling(settling_);
  generation_for_write();
  const auto rewritten = choose_rewritten(*mirror_, all == FoldAll::Yes);
  std::vector<SegmentVersion> wanted;
  std::vector<CarriedTree> carried;
  BatchWriter writer(*this, wanted);
  for (std::size_t at = 0; at < mirror_->segments().size(); ++at) {
    const SegmentVersion& segment = mirror_->segments()[at];
    const Mirror::Overlays* overlays = mirror_->overlays(at);
    if (overlays == nullptr) {
      wanted.push_back(segment);
      continue;
    }
    if (rewritten.contains(at)) {
      rewrite(at, writer);
      writer.close();
      continue;
    }
    const std::size_t replaced = replaced_rows(*overlays);
    if (replaced == overlays->size()) {
      wanted.push_back(segment);
    } else {
      SegmentVersion version = without_erased(segment, *overlays, generation_);
      if (version.run.count > 0) wanted.push_back(std::move(version));
    }
    for (const auto& [row, text] : *overlays) {
      if (text == Mirror::kErased) continue;
      carried.push_back({segment.run.rowid(row), std::string(mirror_->texts()[text])});
    }
  }
  for (const Mirror::Inserted& inserted : mirror_->inserted()) {
    if (inserted.text != Mirror::kErased)
      writer.add(inserted.rowid, mirror_->texts()[inserted.text]);
  }
  writer.close();
  set_segments(std::move(wanted));
  write_base();
  for (CarriedTree& tree : carried) {
    log_row(Op::Carried, tree.rowid, tree.tree);
    mirror_->replace(tree.rowid, std::move(tree.tree));
  }
  purge(oldest());
}

void Store::Impl::optimize() {
  require_transaction();
  refresh();
  fold(FoldAll::Yes);
  const auto& segments = mirror_->segments();
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
