#include "engine/exec/export/stored_types.h"

#include <algorithm>
#include <unordered_map>

#include "engine/exec/export/row_choice.h"

namespace arbors::exec {
namespace {

using batch::Tag;

// A path from the trees of a source, through the arrays that the scan explodes.
struct StoredPath {
  Path path;
  std::vector<std::size_t> exploded;  // which of its steps lead to their elements
  bool elsewhere = false;             // of no tree of the source
};

void append(StoredPath& to, const Path& path) {
  to.path.steps.insert(to.path.steps.end(), path.steps.begin(), path.steps.end());
}

StoredPath stored_path(const ScanInput& input, const RowExpr::Leaf& leaf) {
  std::vector<StoredPath> mounts(1);
  for (const ScanStep& step : input.steps) {
    if (const auto* change = std::get_if<ChangeStep>(&step); change && change->change->mounts())
      mounts.push_back({{}, {}, true});
    const auto* explode = std::get_if<ExplodeStep>(&step);
    if (explode == nullptr) continue;
    const RowExpr::Leaf& list = explode->list.leaves().front();
    StoredPath elements = mounts.at(list.mount);
    append(elements, list.path);
    elements.exploded.push_back(elements.path.steps.size());
    elements.path.steps.push_back({PathStep::Kind::Every, {}, 0});
    elements.elsewhere = elements.elsewhere || explode->each;
    mounts.push_back(std::move(elements));
    if (explode->keys) mounts.push_back({{}, {}, true});
  }
  StoredPath stored = mounts.at(leaf.mount);
  append(stored, leaf.path);
  return stored;
}

// Finds the path in a batch, kNoPath where it is not there. False where its values may lie
// elsewhere.
bool find(const StoredPath& stored, batch::BatchReader& batch, PathId& path) {
  if (stored.elsewhere) return false;
  path = kRootPath;
  for (std::size_t i = 0; i < stored.path.steps.size() && path != kNoPath; ++i) {
    const PathStep& step = stored.path.steps[i];
    const batch::Statistics* const statistics = batch.statistics(path);
    if (statistics == nullptr) {
      path = kNoPath;
      break;
    }
    const bool exploded =
        std::find(stored.exploded.begin(), stored.exploded.end(), i) != stored.exploded.end();
    if (statistics->count(Tag::Opaque) != 0) return false;
    if (exploded && statistics->count(Tag::Object) != 0) return false;
    if (!exploded && step.kind == PathStep::Kind::Every) return false;
    path = step.kind == PathStep::Kind::Key ? batch.paths().find_key(path, step.key)
                                            : batch.paths().find_element(path);
  }
  return true;
}

// The segments of each batch, batches in order of first appearance.
using OfBatch = std::pair<BatchId, std::vector<const Segment*>>;

std::vector<OfBatch> batches_of(TreeSource& source) {
  std::vector<OfBatch> batches;
  std::unordered_map<BatchId, std::size_t> places;
  for (const Segment& segment : source.segments()) {
    const auto [place, fresh] = places.try_emplace(segment.batch, batches.size());
    if (fresh) batches.push_back({segment.batch, {}});
    batches[place->second].second.push_back(&segment);
  }
  return batches;
}

RowChoice live_rows(const std::vector<const Segment*>& segments, std::uint32_t trees) {
  std::uint64_t count = 0;
  for (const Segment* segment : segments) count += segment->count;
  if (count >= trees) return RowChoice::everything(trees);
  RowChoice live{trees, false, {}};
  for (const Segment* segment : segments)
    for (std::uint32_t k = 0; k < segment->rows; ++k)
      if (segment->is_live(k)) live.rows.push_back(segment->first_row + k);
  std::sort(live.rows.begin(), live.rows.end());
  return live;
}

}  // namespace

void see_stored(const ScanInput& input, std::span<StoredTypes> paths) {
  std::vector<StoredPath> stored;
  for (const StoredTypes& types : paths)
    stored.push_back(stored_path(input, types.expr->leaves().front()));
  const auto see = [&](batch::BatchReader& batch, const RowChoice& rows) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      StoredTypes& types = paths[i];
      PathId path = kNoPath;
      if (types.known) types.known = find(stored[i], batch, path);
      if (!types.known || types.seen.knows(batch, path)) continue;
      if (rows.all || stored[i].path.through_array())
        types.seen.add(batch, path);
      else
        types.seen.add(batch, path, rows);
    }
  };
  // Batches without their trees come last: what they hold is known by then, most often.
  std::vector<const OfBatch*> partly;
  const std::vector<OfBatch> batches = batches_of(*input.source);
  for (const OfBatch& of_batch : batches) {
    const batch::BatchReaderPtr batch = input.source->open_batch(of_batch.first);
    const RowChoice rows = live_rows(of_batch.second, batch->trees());
    if (rows.all)
      see(*batch, rows);
    else if (rows.count() != 0)
      partly.push_back(&of_batch);
  }
  for (const OfBatch* of_batch : partly) {
    const batch::BatchReaderPtr batch = input.source->open_batch(of_batch->first);
    see(*batch, live_rows(of_batch->second, batch->trees()));
  }
}

}  // namespace arbors::exec
