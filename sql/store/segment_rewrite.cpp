// Writes segments with pending trees and values anew: tree by tree, or only the columns that
// differ.
#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/trees/tree_writer.h"
#include "sql/batches/stored_batch.h"
#include "sql/state/patched_batch.h"
#include "sql/store/batch_writer.h"

namespace arbors::store {

void Store::Impl::rewrite(std::size_t at, BatchWriter& writer) {
  const SegmentVersion& segment = state_->segments()[at];
  const std::vector<ReplacedRow> replaced = state_->replaced_rows(at);
  auto next = replaced.begin();
  StoredBatch batch(chunks_, published(), segment.run.batch, segment.facts);
  batch::TreeWriter trees(batch);
  std::string text;
  for (std::uint32_t row = 0; row < segment.run.rows; ++row) {
    if (!segment.run.is_live(row)) continue;
    const std::int64_t rowid = segment.run.rowid(row);
    const ReplacedRow* over =
        next != replaced.end() && next->rowid == rowid ? std::to_address(next++) : nullptr;
    if (over != nullptr && over->values.empty()) {
      writer.add(rowid, over->tree);
      continue;
    }
    text.clear();
    trees.write_tree(segment.run.first_row + row, text);
    if (over != nullptr) text = with_values(std::move(text), over->values, *paths_);
    writer.add(rowid, text);
  }
}

// A segment's rows keep their numbers, which must pay: a batch with few live rows, or of which the
// segment is a part, is better written tree by tree. So is one whose trees are nearly all replaced:
// nothing of it need be read.
bool Store::Impl::is_rewritten_by_columns(std::size_t at) const {
  const SegmentVersion& segment = state_->segments()[at];
  const std::size_t replaced = state_->overlays(at)->trees.size();
  return segment.run.rows == segment.facts.trees && 2 * segment.run.count >= segment.run.rows &&
         8 * replaced < std::size_t{7} * segment.run.count;
}

namespace {

// Beyond so many columns a batch whose trees were replaced is written tree by tree: wide batches
// are sparse, and the builder knows what to keep opaque.
constexpr std::size_t kMostByColumns = 512;
constexpr std::uint64_t kMostGrown = 2;  // a batch's JSON text, as a multiple of a full one's

// A run of overlays' rows, and their texts as a block.
PatchedRows block_over(const Overlays& overlays, const PendingTrees& all, PathDictionary& paths,
                       std::vector<PendingBlock>& blocks) {
  PatchedRows patched;
  std::vector<std::string_view> texts;
  const auto part = static_cast<std::uint32_t>(blocks.size()) + 1;
  for (const auto& [row, text] : overlays) {
    patched.rows.push_back(row);
    patched.runs.push_back({part, static_cast<std::uint32_t>(texts.size()), 1});
    texts.push_back(all[text]);
  }
  if (!texts.empty()) blocks.push_back(build_block(texts, paths));
  return patched;
}

// The trees over a segment that covers its batch, as a block. Of those that begin with members of
// the row that they stand in the place of, only the others are read.
class TreesOver {
 public:
  TreesOver(const GenerationState& state, std::size_t at, batch::VectorPtr root)
      : state_(state), overlays_(state.overlays(at)->trees), root_(std::move(root)) {}

  void build(PathDictionary& paths, PatchedFacts& facts) {
    if (overlays_.size() == 0) return;
    collect(facts);
    PendingBlock block = build_block(texts_, paths);
    if (!kept_.empty()) block.built = with_kept_keys(*block.built, facts);
    facts.blocks.push_back(std::move(block));
  }

 private:
  // A tree that begins with the first `members` of a stored row of this shape.
  struct Kept {
    std::uint32_t shape;  // kNone: it is read whole
    std::uint32_t members;
  };
  static constexpr std::uint32_t kNone = UINT32_MAX;

  Kept kept_of(std::uint32_t row, json::KeptMembers kept) const {
    if (!kept || root_->tag(row) != batch::Tag::Object) return {kNone, 0};
    const std::uint32_t shape = root_->codes[row];
    const auto known = static_cast<std::uint32_t>((*root_->shapes)[shape].size());
    const bool all = kept.members == json::KeptMembers::kAll;
    if (known == 0 || (!all && kept.members > known)) return {kNone, 0};
    return {shape, all ? known : kept.members};
  }

  void collect(PatchedFacts& facts) {
    std::vector<std::pair<std::size_t, std::size_t>> cut;  // texts by number, where they begin
    bool any = false;
    std::vector<Kept> kept;
    for (const auto& [row, text] : overlays_) {
      facts.trees.rows.push_back(row);
      facts.trees.runs.push_back({1, static_cast<std::uint32_t>(texts_.size()), 1});
      const json::KeptMembers begin = state_.kept(text);
      kept.push_back(kept_of(row, begin));
      texts_.push_back(state_.texts()[text]);
      if (kept.back().shape == kNone) continue;
      any = true;
      cut.emplace_back(texts_.size() - 1, cut_.size());
      cut_ += '{';
      cut_ += texts_.back().substr(begin.bytes);
    }
    for (std::size_t k = 0; k < cut.size(); ++k) {
      const std::size_t end = k + 1 < cut.size() ? cut[k + 1].second : cut_.size();
      texts_[cut[k].first] = std::string_view(cut_).substr(cut[k].second, end - cut[k].second);
    }
    if (any) kept_ = std::move(kept);
  }

  // The block with whole keys in the shapes of its roots, and `facts` with what these trees touch.
  std::shared_ptr<const batch::BuiltBatch> with_kept_keys(batch::BuiltBatch built,
                                                          PatchedFacts& facts) {
    batch::ColumnBuffer& root = built.columns.front();
    const std::vector<std::vector<PathId>> shapes = std::exchange(root.shapes, {});
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> known;
    std::size_t object = 0;
    for (std::size_t tree = 0; tree < kept_.size(); ++tree) {
      const Kept& kept = kept_[tree];
      const bool whole = kept.shape == kNone;
      facts.touched.push_back(PatchedFacts::kAllKeys);
      if (root.tags[tree] != static_cast<std::uint8_t>(batch::Tag::Object)) continue;
      std::uint32_t& shape = root.shape_of[object++];
      const auto [at, is_new] = known.try_emplace({kept.shape, kept.members, shape},
                                                  static_cast<std::uint32_t>(root.shapes.size()));
      if (is_new) {
        facts.keys.push_back(whole ? std::vector<PathId>() : touched(kept, shapes[shape]));
        root.shapes.push_back(whole ? shapes[shape] : joined(kept, shapes[shape]));
      }
      shape = at->second;
      if (!whole) facts.touched.back() = shape;
    }
    return std::make_shared<const batch::BuiltBatch>(std::move(built));
  }

  std::vector<PathId> joined(const Kept& kept, const std::vector<PathId>& others) const {
    const std::vector<PathId>& stored = (*root_->shapes)[kept.shape];
    std::vector<PathId> keys(stored.begin(), stored.begin() + kept.members);
    keys.insert(keys.end(), others.begin(), others.end());
    return keys;
  }

  // The keys that the stored row has behind those, and the others.
  std::vector<PathId> touched(const Kept& kept, std::vector<PathId> others) const {
    const std::vector<PathId>& stored = (*root_->shapes)[kept.shape];
    others.insert(others.end(), stored.begin() + kept.members, stored.end());
    std::ranges::sort(others);
    return others;
  }

  const GenerationState& state_;
  const Overlays& overlays_;
  batch::VectorPtr root_;  // of the stored batch
  std::vector<std::string_view> texts_;
  std::string cut_;         // what is read of trees that begin as the stored ones
  std::vector<Kept> kept_;  // by trees; empty: all are read whole
};

// What lies over a segment that covers its batch: the trees in a block, and the values in one for
// each path.
std::shared_ptr<PatchedFacts> facts_over(const GenerationState& state, std::size_t at,
                                         StoredBatch& stored, PathDictionary& paths) {
  auto facts = std::make_shared<PatchedFacts>();
  facts->nonce = random_nonce();
  const SegmentOverlays& overlays = *state.overlays(at);
  TreesOver(state, at, stored.column(kRootPath)).build(paths, *facts);
  for (const auto& [path, rows] : overlays.values) {
    facts->values.emplace(path, block_over(rows, state.values(), paths, facts->value_blocks));
  }
  return facts;
}

// The batch's paths and those of the trees that stand in the place of some, ascending.
std::vector<PathId> all_paths(const std::vector<PathId>& stored, const PatchedFacts& facts) {
  std::vector<PathId> paths = stored;
  for (const PendingBlock& block : facts.blocks) {
    for (const batch::ColumnBuffer& column : block.built->columns) paths.push_back(column.path);
  }
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// Tells whether some value of the batch, or of the trees over it, is opaque.
bool holds_opaque(batch::BatchReader& stored, const PatchedFacts& facts,
                  const std::vector<PathId>& paths) {
  static constexpr auto kOpaque = static_cast<std::uint8_t>(batch::Tag::Opaque);
  const auto in_block = [](const PendingBlock& block) {
    return std::ranges::any_of(block.built->columns, [](const batch::ColumnBuffer& column) {
      return std::ranges::find(column.tags, kOpaque) != column.tags.end();
    });
  };
  return std::ranges::any_of(facts.blocks, in_block) ||
         std::ranges::any_of(paths, [&](PathId path) {
           const batch::Statistics* known = stored.statistics(path);
           return known != nullptr && known->count(batch::Tag::Opaque) > 0;
         });
}

// The bytes of a batch's JSON text once other trees and values have taken the place of some: of
// trees, about.
std::uint64_t json_bytes_with(const BatchFacts& known, batch::BatchReader& stored,
                              const exec::Segment& run, std::span<const ReplacedRow> replaced) {
  batch::TreeWriter writer(stored);
  std::string text;
  std::uint64_t before = 0, after = 0;
  std::uint32_t row = 0;
  for (const ReplacedRow& over : replaced) {
    while (run.rowid(row) != over.rowid || !run.is_live(row)) ++row;
    if (over.values.empty()) {
      before += known.json_bytes / known.trees;
      after += over.tree.size();
    }
    for (const SetValue& value : over.values) {
      text.clear();
      writer.write(value.path, run.first_row + row, text);
      before += text.size();
      after += value.json.size();
    }
  }
  const std::uint64_t bytes = known.json_bytes + after;
  return bytes - std::min(bytes, before);
}

// A column of a batch that is written anew; without a vector it stays as it is.
struct NewColumn {
  PathId path = kRootPath;
  batch::VectorPtr vector;
};

// Lists the columns that the batch will have. A path that no tree has any more is gone.
std::vector<NewColumn> new_columns(PatchedBatch& patched, const std::vector<PathId>& paths) {
  std::vector<NewColumn> columns;
  for (const PathId path : paths) {
    poll_interrupt(patched.trees() / kRowsAStep + 1);
    NewColumn column{path, patched.differs(path) ? patched.spliced(path) : nullptr};
    const bool gone = column.vector != nullptr && column.vector->only(tag_bit(batch::Tag::Missing));
    if (!gone || path == kRootPath) columns.push_back(std::move(column));
  }
  return columns;
}

// Encodes the columns that differ, and copies the others; the root's tells of all paths.
void encode_columns(ChunkTable& chunks, StoredBatch& stored, const SegmentVersion& segment,
                    const std::vector<PathId>& stored_paths, const std::vector<NewColumn>& columns,
                    EncodedBatch& encoded) {
  std::vector<PathId> others;
  for (const NewColumn& column : columns) others.push_back(column.path);
  const bool same_paths = others == stored_paths;
  others.erase(others.begin());
  ColumnCache& cache = chunks.connection()->cache;
  batch::EncodedColumn scratch;
  for (const auto& [path, vector] : columns) {
    const bool is_root = path == kRootPath;
    if (vector == nullptr && (same_paths || !is_root)) {
      const std::uint64_t nonce = segment.facts.nonce;
      encoded.add(chunks.copy(path, segment.run.batch, nonce, encoded.nonce));
      cache.hand_over(nonce, encoded.nonce, path);
      continue;
    }
    const batch::VectorPtr changed = vector != nullptr ? vector : stored.column(path);
    encoded.add(encode_stored(batch::make_buffer(*changed, path), encoded.nonce,
                              is_root ? others : std::vector<PathId>(), scratch));
    cache.put(encoded.nonce, path, changed);
  }
}

}  // namespace

// Nothing where the trees are better written anew.
std::optional<SegmentVersion> Store::Impl::rewrite_columns(std::size_t at) {
  const SegmentVersion& segment = state_->segments()[at];
  const auto before =
      std::make_shared<StoredBatch>(chunks_, published(), segment.run.batch, segment.facts);
  const auto facts = facts_over(*state_, at, *before, *paths_);  // may bring new paths
  const auto stored =
      std::make_shared<StoredBatch>(chunks_, published(), segment.run.batch, segment.facts);
  PatchedBatch patched(stored, published(), facts, connection_);
  std::vector<PathId> stored_paths;
  chunks_->statistics(kRootPath, segment.run.batch, segment.facts.nonce, &stored_paths);
  stored_paths.insert(stored_paths.begin(), kRootPath);
  const auto is_there = [&](const auto& values) {
    return std::ranges::binary_search(stored_paths, values.first);
  };
  if (!std::ranges::all_of(facts->values, is_there))
    throw_corrupt("the change log of '" + names_.table +
                  "' has values that no tree has a place for");
  EncodedBatch encoded;
  encoded.nonce = random_nonce();
  encoded.trees = segment.facts.trees;
  encoded.json_bytes =
      json_bytes_with(segment.facts, *stored, segment.run, state_->replaced_rows(at));
  const std::vector<PathId> paths = all_paths(stored_paths, *facts);
  if (!facts->blocks.empty() &&
      (encoded.json_bytes > kMostGrown * kBatchJsonBytes || paths.size() > kMostByColumns ||
       holds_opaque(*stored, *facts, paths)))
    return std::nullopt;
  encode_columns(*chunks_, *stored, segment, stored_paths, new_columns(patched, paths), encoded);
  SegmentVersion version = store_batch(encoded);
  const std::uint32_t number = version.run.batch;
  version.run = segment.run;
  version.run.batch = number;
  return version;
}

}  // namespace arbors::store
