#include "sql/state/patched_batch.h"

#include <algorithm>
#include <bit>

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

// The rows of the stored batch, but for those that are replaced.
Runs all_rows(const PatchedRows& replaced, std::uint32_t rows) {
  Runs runs;
  std::uint32_t next = 0;
  for (std::size_t at = 0; at < replaced.rows.size(); ++at) {
    add_run(runs, {0, next, replaced.rows[at] - next});
    add_run(runs, replaced.runs[at]);
    next = replaced.rows[at] + 1;
  }
  add_run(runs, {0, next, rows - next});
  return runs;
}

// Both, the parts of the second coming after `parts` others.
PatchedRows merged(const PatchedRows& trees, const PatchedRows& values, std::uint32_t parts) {
  PatchedRows both;
  std::size_t tree = 0;
  const auto add_trees = [&](std::uint32_t before) {
    for (; tree < trees.rows.size() && trees.rows[tree] < before; ++tree) {
      both.rows.push_back(trees.rows[tree]);
      both.runs.push_back(trees.runs[tree]);
    }
  };
  for (std::size_t at = 0; at < values.rows.size(); ++at) {
    add_trees(values.rows[at]);
    const PartRun& run = values.runs[at];
    both.rows.push_back(values.rows[at]);
    both.runs.push_back({parts - 1 + run.part, run.first, run.count});
  }
  add_trees(UINT32_MAX);
  return both;
}

Statistics all_missing(std::uint32_t rows) {
  Statistics none;
  none.rows = rows;
  none.counts[static_cast<unsigned>(Tag::Missing)] = rows;
  return none;
}

// The statistics of some rows of a part; the bounds are those of all its rows.
Statistics of_rows(batch::BatchReader& reader, PathId path, std::uint32_t part, const Runs& runs) {
  std::uint32_t rows = 0;
  for (const PartRun& run : runs) rows += run.part == part ? run.count : 0;
  const Statistics* known = rows == 0 ? nullptr : reader.statistics(path);
  if (known == nullptr) return all_missing(rows);
  Statistics used = *known;
  used.rows = rows;
  used.counts.fill(0);
  used.distinct = std::min(used.distinct, rows);
  const batch::VectorPtr values = reader.column(path);
  for (const PartRun& run : runs) {
    if (run.part != part) continue;
    for (std::uint32_t k = 0; k < run.count; ++k) {
      ++used.counts[static_cast<unsigned>(values->tag(run.first + k))];
    }
  }
  return used;
}

bool same_value(const batch::Vector* a, std::uint32_t at, const batch::Vector* b,
                std::uint32_t row) {
  const Tag tag = a == nullptr ? Tag::Missing : a->tag(at);
  if (tag != (b == nullptr ? Tag::Missing : b->tag(row))) return false;
  switch (tag) {
    case Tag::Integer:
      return a->integers[at] == b->integers[row];
    case Tag::Real:
      return std::bit_cast<std::uint64_t>(a->reals[at]) ==
             std::bit_cast<std::uint64_t>(b->reals[row]);
    case Tag::String:
    case Tag::BigNumber:
    case Tag::Opaque:
      return a->text(at) == b->text(row);
    case Tag::Array:
      return a->starts[at + 1] - a->starts[at] == b->starts[row + 1] - b->starts[row];
    case Tag::Object:
      return (*a->shapes)[a->codes[at]] == (*b->shapes)[b->codes[row]];
    default:
      return true;
  }
}

}  // namespace

PatchedBatch::PatchedBatch(batch::BatchReaderPtr stored,
                           const std::shared_ptr<const PathDictionary>& paths,
                           std::shared_ptr<PatchedFacts> facts, const ConnectionPtr& connection)
    : parts_{std::move(stored)}, facts_(std::move(facts)), connection_(connection) {
  for (const PendingBlock& block : facts_->blocks) {
    parts_.push_back(std::make_shared<PendingBatch>(block, paths, connection));
  }
  for (const PendingBlock& block : facts_->value_blocks) {
    value_blocks_.push_back(std::make_shared<PendingBatch>(block, paths, connection));
  }
}

const PatchedRows* PatchedBatch::values_of(PathId path) const {
  const auto known = facts_->values.find(path);
  return known == facts_->values.end() ? nullptr : &known->second;
}

bool PatchedBatch::is_as_stored(PathId path) const {
  return trees_over(path).rows.empty() && values_of(path) == nullptr;
}

PathId PatchedBatch::key_of(PathId path) const {
  const PathDictionary& paths = this->paths();
  while (paths[path].parent != kRootPath) path = paths[path].parent;
  return path;
}

const PatchedRows& PatchedBatch::trees_over(PathId path) const {
  if (facts_->touched.empty() || path == kRootPath) return facts_->trees;
  const PathId key = key_of(path);
  const auto [known, is_new] = trees_over_.try_emplace(key);
  if (!is_new) return known->second;
  const auto touches = [&](std::uint32_t keys) {
    return keys == PatchedFacts::kAllKeys || std::ranges::binary_search(facts_->keys[keys], key);
  };
  for (std::size_t at = 0; at < facts_->touched.size(); ++at) {
    if (!touches(facts_->touched[at])) continue;
    known->second.rows.push_back(facts_->trees.rows[at]);
    known->second.runs.push_back(facts_->trees.runs[at]);
  }
  return known->second;
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

PathId PatchedBatch::place_of(PathId path) const {
  const PathId domain = domain_of(path);
  const bool by_key = domain == kNoPath && !facts_->touched.empty() && path != kRootPath;
  return by_key ? key_of(path) : domain;
}

const PatchedBatch::Runs& PatchedBatch::runs(PathId path) {
  const PathId place = place_of(path);
  if (const auto known = runs_.find(place); known != runs_.end()) return known->second;
  const PathId domain = domain_of(path);
  if (domain == kNoPath)
    return runs_.emplace(place, all_rows(trees_over(path), trees())).first->second;
  const PathId array = paths()[domain].parent;
  return runs_.emplace(place, elements(runs(array), array)).first->second;
}

const PatchedBatch::Runs& PatchedBatch::replaced_runs(PathId path) {
  const PathId domain = domain_of(path);
  if (domain == kNoPath) return trees_over(path).runs;
  if (const auto known = replaced_runs_.find(domain); known != replaced_runs_.end())
    return known->second;
  const PathId array = paths()[domain].parent;
  return replaced_runs_.emplace(domain, elements(replaced_runs(array), array)).first->second;
}

const PatchedBatch::Runs& PatchedBatch::hidden_runs(PathId path) {
  const PathId place = place_of(path);
  if (const auto known = hidden_runs_.find(place); known != hidden_runs_.end())
    return known->second;
  const PathId domain = domain_of(path);
  Runs runs;
  if (domain == kNoPath) {
    for (const std::uint32_t row : trees_over(path).rows) add_run(runs, {0, row, 1});
  } else {
    const PathId array = paths()[domain].parent;
    runs = elements(hidden_runs(array), array);
  }
  return hidden_runs_.emplace(place, std::move(runs)).first->second;
}

bool PatchedBatch::differs(PathId path) {
  if (is_as_stored(path)) return false;
  if (values_of(path) != nullptr) return true;
  if (const auto known = differs_.find(path); known != differs_.end()) return known->second;
  return differs_.emplace(path, differ(path)).first->second;
}

// Compares value by value. Elements stand in the same places only if all arrays have their lengths.
bool PatchedBatch::differ(PathId path) {
  const PathId domain = domain_of(path);
  if (domain != kNoPath && differs(paths()[domain].parent)) return true;
  std::vector<batch::VectorPtr> vectors;
  for (const batch::BatchReaderPtr& part : parts_) vectors.push_back(part->column(path));
  const Runs& hidden = hidden_runs(path);
  auto old = hidden.begin();
  std::uint32_t skipped = 0;  // of its rows
  for (const PartRun& run : replaced_runs(path)) {
    for (std::uint32_t k = 0; k < run.count; ++k) {
      if (old == hidden.end()) return true;
      if (!same_value(vectors[run.part].get(), run.first + k, vectors[0].get(),
                      old->first + skipped))
        return true;
      if (++skipped < old->count) continue;
      ++old;
      skipped = 0;
    }
  }
  return old != hidden.end();
}

std::unique_ptr<const Statistics> PatchedBatch::merge_statistics(PathId path) {
  StatisticsMerge merge;
  const Statistics* stored = parts_[0]->statistics(path);
  bool occurs = stored != nullptr;
  merge.add(occurs ? *stored : all_missing(1));
  const auto add = [&](batch::BatchReader& reader, PathId at, std::uint32_t part,
                       const Runs& runs) {
    const Statistics used = of_rows(reader, at, part, runs);
    if (used.rows > 0) merge.add(used);
  };
  for (std::uint32_t part = 1; part < parts_.size(); ++part) {
    occurs |= parts_[part]->statistics(path) != nullptr;
    add(*parts_[part], path, part, replaced_runs(path));
  }
  if (const PatchedRows* values = values_of(path)) {
    occurs = true;
    for (std::uint32_t part = 0; part < value_blocks_.size(); ++part) {
      add(*value_blocks_[part], kRootPath, part + 1, values->runs);
    }
  }
  return occurs ? std::make_unique<const Statistics>(merge.total()) : nullptr;
}

const Statistics* PatchedBatch::statistics(PathId path) {
  if (is_as_stored(path)) return parts_[0]->statistics(path);
  return facts_->statistics.get(path, [&] { return merge_statistics(path); });
}

void PatchedBatch::load(std::span<const PathId> paths) {
  std::vector<PathId> needed;
  for (const PathId path : paths) {
    if (is_as_stored(path)) {
      needed.push_back(path);
      continue;
    }
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

batch::VectorPtr PatchedBatch::spliced(PathId path) {
  std::vector<batch::VectorPtr> vectors;
  for (const batch::BatchReaderPtr& part : parts_) vectors.push_back(part->column(path));
  const PatchedRows* values = values_of(path);
  if (values == nullptr) {
    const bool occurs =
        std::ranges::any_of(vectors, [](const auto& vector) { return vector != nullptr; });
    return occurs ? splice(vectors, runs(path)) : nullptr;
  }
  for (const batch::BatchReaderPtr& block : value_blocks_)
    vectors.push_back(block->column(kRootPath));
  const auto parts = static_cast<std::uint32_t>(parts_.size());
  return splice(vectors, all_rows(merged(trees_over(path), *values, parts), trees()));
}

batch::VectorPtr PatchedBatch::picked(PathId path, batch::RowSpan rows) {
  return is_as_stored(path) ? parts_[0]->picked(path, rows) : nullptr;
}

bool PatchedBatch::picks(PathId path) { return is_as_stored(path) && parts_[0]->picks(path); }

bool PatchedBatch::is_decoded(PathId path) {
  return is_as_stored(path) ? parts_[0]->is_decoded(path) : loaded_.contains(path);
}

batch::VectorPtr PatchedBatch::column(PathId path) {
  if (is_as_stored(path)) return parts_[0]->column(path);
  if (const auto known = loaded_.find(path); known != loaded_.end()) return known->second;
  batch::VectorPtr vector = connection_->cache.find(facts_->nonce, path);
  if (vector == nullptr) {
    vector = spliced(path);
    if (vector == nullptr) return nullptr;
    connection_->cache.put(facts_->nonce, path, vector);
  }
  loaded_[path] = vector;
  return vector;
}

}  // namespace arbors::store
