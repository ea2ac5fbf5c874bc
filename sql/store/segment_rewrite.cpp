// Writes segments with pending trees and values anew: tree by tree, or only the columns that
// differ.
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/trees/tree_writer.h"
#include "sql/state/patched_batch.h"
#include "sql/state/stored_batch.h"
#include "sql/store/batch_writer.h"

namespace arbors::store {

void Store::Impl::rewrite(std::size_t at, BatchWriter& writer) {
  const SegmentVersion& segment = mirror_->segments()[at];
  const std::vector<ReplacedRow> replaced = mirror_->replaced_rows(at);
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
// segment is a part, is better written tree by tree.
bool Store::Impl::is_rewritten_by_columns(std::size_t at) const {
  const SegmentVersion& segment = mirror_->segments()[at];
  return mirror_->overlays(at)->trees.size() == 0 && segment.run.rows == segment.facts.trees &&
         2 * segment.run.count >= segment.run.rows;
}

namespace {

// The values over a segment that covers its batch, in a block for each path.
std::shared_ptr<PatchedFacts> values_over(const Mirror& mirror, std::size_t at,
                                          PathDictionary& paths) {
  auto facts = std::make_shared<PatchedFacts>();
  facts->nonce = random_nonce();
  for (const auto& [path, rows] : mirror.overlays(at)->values) {
    std::vector<std::string_view> texts;
    PatchedRows& patched = facts->values[path];
    const auto part = static_cast<std::uint32_t>(facts->value_blocks.size()) + 1;
    for (const auto& [row, text] : rows) {
      patched.rows.push_back(row);
      patched.runs.push_back({part, static_cast<std::uint32_t>(texts.size()), 1});
      texts.push_back(mirror.values()[text]);
    }
    facts->value_blocks.push_back(build_block(texts, paths));
  }
  return facts;
}

// The bytes of a batch's JSON text once other values have taken the place of some.
std::uint64_t json_bytes_with(std::uint64_t bytes, batch::BatchReader& stored,
                              const exec::Segment& run, std::span<const ReplacedRow> replaced) {
  batch::TreeWriter writer(stored);
  std::string text;
  std::uint64_t before = 0, after = 0;
  std::uint32_t row = 0;
  for (const ReplacedRow& over : replaced) {
    while (run.rowid(row) != over.rowid || !run.is_live(row)) ++row;
    for (const SetValue& value : over.values) {
      text.clear();
      writer.write(value.path, run.first_row + row, text);
      before += text.size();
      after += value.json.size();
    }
  }
  return bytes + after - std::min(bytes + after, before);
}

}  // namespace

SegmentVersion Store::Impl::rewrite_columns(std::size_t at) {
  const SegmentVersion& segment = mirror_->segments()[at];
  const exec::BatchId batch = segment.run.batch;
  const std::uint64_t nonce = segment.facts.nonce;
  const auto stored = std::make_shared<StoredBatch>(chunks_, published(), batch, segment.facts);
  const auto facts = values_over(*mirror_, at, *paths_);
  PatchedBatch patched(stored, published(), facts, connection_);
  EncodedBatch encoded;
  encoded.nonce = random_nonce();
  encoded.trees = segment.facts.trees;
  encoded.json_bytes =
      json_bytes_with(segment.facts.json_bytes, *stored, segment.run, mirror_->replaced_rows(at));
  std::vector<PathId> paths;
  chunks_->statistics(kRootPath, batch, nonce, &paths);
  paths.insert(paths.begin(), kRootPath);
  const auto is_there = [&](const auto& values) {
    return std::ranges::binary_search(paths, values.first);
  };
  if (!std::ranges::all_of(facts->values, is_there))
    throw_corrupt("the change log of '" + names_.table +
                  "' has values that no tree has a place for");
  batch::EncodedColumn scratch;
  for (const PathId path : paths) {
    const bool changed = facts->values.contains(path);
    if (changed) {
      const auto buffer = batch::make_buffer(*patched.column(path), path);
      encoded.add(encode_stored(buffer, encoded.nonce, {}, scratch));
    } else {
      encoded.add(chunks_->copy(path, batch, nonce, encoded.nonce));
    }
    connection_->cache.hand_over(changed ? facts->nonce : nonce, encoded.nonce, path);
  }
  SegmentVersion version = store_batch(encoded);
  const std::uint32_t number = version.run.batch;
  version.run = segment.run;
  version.run.batch = number;
  return version;
}

}  // namespace arbors::store
