#include "sql/state/patched_batch.h"

#include <algorithm>

#include "sql/state/pending_batch.h"
#include "sql/state/statistics_merge.h"

namespace arbors::store {

namespace {

using batch::Statistics;
using batch::Tag;
using Runs = std::vector<PartRun>;

void add_run(Runs& runs, PartRun run) {
  if (run.count == 0) return;
  if (!runs.empty() && runs.back().part == run.part &&
      runs.back().first + runs.back().count == run.first) {
    runs.back().count += run.count;
  } else {
    runs.push_back(run);
  }
}

// The trees themselves: the stored batch's, but for those that are replaced.
Runs all_trees(const PatchedFacts& facts, std::uint32_t trees) {
  Runs runs;
  std::uint32_t next = 0, at = 0;
  for (const PartRun& run : facts.replacements) {
    for (std::uint32_t k = 0; k < run.count; ++k) {
      const std::uint32_t row = facts.rows[at++];
      add_run(runs, {0, next, row - next});
      add_run(runs, {run.part, run.first + k, 1});
      next = row + 1;
    }
  }
  add_run(runs, {0, next, trees - next});
  return runs;
}

}  // namespace

PatchedBatch::PatchedBatch(batch::BatchReaderPtr stored,
                           const std::shared_ptr<const PathDictionary>& paths,
                           std::shared_ptr<PatchedFacts> facts, const ConnectionPtr& connection)
    : parts_{std::move(stored)}, facts_(std::move(facts)), connection_(connection) {
  for (const PendingBlock& block : facts_->blocks) {
    parts_.push_back(std::make_shared<PendingBatch>(block, paths, connection));
  }
}

PathId PatchedBatch::domain_of(PathId path) const {
  const PathDictionary& paths = this->paths();
  for (; path != kRootPath; path = paths[path].parent) {
    if (paths[path].element) return path;
  }
  return kNoPath;
}

// Follows rows of an array's domain to their elements' rows.
PatchedBatch::Runs PatchedBatch::elements(const Runs& parents, PathId array) {
  std::vector<batch::VectorPtr> arrays(parts_.size());
  std::vector<bool> read(parts_.size());
  Runs runs;
  for (const PartRun& run : parents) {
    batch::VectorPtr& vector = arrays[run.part];
    if (!read[run.part]) vector = parts_[run.part]->column(array);
    read[run.part] = true;
    if (vector == nullptr || vector->starts.empty()) continue;
    const std::uint32_t first = vector->starts[run.first];
    add_run(runs, {run.part, first, vector->starts[run.first + run.count] - first});
  }
  return runs;
}

const PatchedBatch::Runs& PatchedBatch::runs(PathId domain) {
  if (const auto known = runs_.find(domain); known != runs_.end()) return known->second;
  if (domain == kNoPath) return runs_.emplace(domain, all_trees(*facts_, trees())).first->second;
  const PathId array = paths()[domain].parent;
  return runs_.emplace(domain, elements(runs(domain_of(array)), array)).first->second;
}

const PatchedBatch::Runs& PatchedBatch::replaced_runs(PathId domain) {
  if (domain == kNoPath) return facts_->replacements;
  if (const auto known = replaced_runs_.find(domain); known != replaced_runs_.end())
    return known->second;
  const PathId array = paths()[domain].parent;
  return replaced_runs_.emplace(domain, elements(replaced_runs(domain_of(array)), array))
      .first->second;
}

// The bounds are those of whole parts; of the replacements, the rows in use are counted.
std::unique_ptr<const Statistics> PatchedBatch::merge_statistics(PathId path) {
  StatisticsMerge merge;
  const auto missing = [](std::uint32_t rows) {
    Statistics none;
    none.rows = rows;
    none.counts[static_cast<unsigned>(Tag::Missing)] = rows;
    return none;
  };
  bool occurs = false;
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    const Statistics* known = parts_[part]->statistics(path);
    occurs |= known != nullptr;
    if (part == 0) {
      merge.add(known != nullptr ? *known : missing(1));
      continue;
    }
    std::uint32_t rows = 0;
    for (const PartRun& run : replaced_runs(domain_of(path))) {
      rows += run.part == part ? run.count : 0;
    }
    if (rows == 0) continue;
    if (known == nullptr) {
      merge.add(missing(rows));
      continue;
    }
    Statistics used = *known;
    used.rows = rows;
    used.counts.fill(0);
    used.distinct = std::min(used.distinct, rows);
    const batch::VectorPtr values = parts_[part]->column(path);
    for (const PartRun& run : replaced_runs(domain_of(path))) {
      if (run.part != part) continue;
      for (std::uint32_t k = 0; k < run.count; ++k) {
        ++used.counts[static_cast<unsigned>(values->tag(run.first + k))];
      }
    }
    merge.add(used);
  }
  return occurs ? std::make_unique<const Statistics>(merge.total()) : nullptr;
}

const Statistics* PatchedBatch::statistics(PathId path) {
  return facts_->statistics.get(path, [&] { return merge_statistics(path); });
}

void PatchedBatch::load(std::span<const PathId> paths) {
  std::vector<PathId> needed;
  for (const PathId path : paths) {
    if (batch::VectorPtr known = connection_->cache.find(facts_->nonce, path)) {
      ++connection_->counters.cache_hits;
      loaded_[path] = std::move(known);
      continue;
    }
    needed.push_back(path);
    for (PathId domain = domain_of(path); domain != kNoPath;) {
      const PathId array = this->paths()[domain].parent;
      needed.push_back(array);
      domain = domain_of(array);
    }
  }
  parts_[0]->load(needed);
}

batch::VectorPtr PatchedBatch::column(PathId path) {
  if (const auto known = loaded_.find(path); known != loaded_.end()) return known->second;
  batch::VectorPtr vector = connection_->cache.find(facts_->nonce, path);
  if (vector == nullptr) {
    std::vector<batch::VectorPtr> vectors;
    bool occurs = false;
    for (const batch::BatchReaderPtr& part : parts_) {
      vectors.push_back(part->column(path));
      occurs |= vectors.back() != nullptr;
    }
    if (!occurs) return nullptr;
    vector = splice(vectors, runs(domain_of(path)));
    connection_->cache.put(facts_->nonce, path, vector);
  }
  loaded_[path] = vector;
  return vector;
}

}  // namespace arbors::store
