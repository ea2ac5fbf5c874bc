#include "ext/table/table_facts.h"

#include <algorithm>
#include <cmath>

#include "engine/batch/columns/statistics.h"

namespace arbors::ext {
namespace {

bool may_hide_in_opaque(batch::BatchReader& batch, PathId path) {
  const PathDictionary& paths = batch.paths();
  while (path != kRootPath) {
    path = paths[path].parent;
    const batch::Statistics* statistics = batch.statistics(path);
    if (statistics != nullptr && statistics->count(batch::Tag::Opaque) > 0) return true;
  }
  return false;
}

void note_numbers(PathFacts& facts, const batch::Statistics& statistics) {
  const double integers = statistics.count(batch::Tag::Integer);
  const double reals = statistics.count(batch::Tag::Real) + statistics.count(batch::Tag::BigNumber);
  if (integers + reals == 0) return;
  if (!facts.numbers) facts.numbers = std::make_shared<std::vector<NumberRange>>();
  if (integers > 0)
    facts.numbers->push_back({static_cast<double>(statistics.integer_min),
                              static_cast<double>(statistics.integer_max), integers});
  if (reals > 0) facts.numbers->push_back({statistics.real_min, statistics.real_max, reals});
}

void merge(PathFacts& facts, batch::BatchReader& batch, PathId known, bool whole) {
  const auto hold_anything = [&] {
    facts.kinds = batch::kAnyTags;
    facts.numeric_texts = true;
  };
  if (may_hide_in_opaque(batch, known)) hold_anything();
  const batch::Statistics* statistics = batch.statistics(known);
  if (!whole) {
    if (statistics != nullptr && statistics->count(batch::Tag::Opaque) > 0) hold_anything();
    return;
  }
  if (statistics == nullptr) {
    facts.nulls += batch.trees();
    return;
  }
  facts.kinds |= statistics->kinds();
  note_numbers(facts, *statistics);
  facts.numeric_texts = facts.numeric_texts || statistics->numeric_strings;
  facts.distinct = std::max(facts.distinct, static_cast<double>(statistics->distinct));
  facts.nulls += statistics->count(batch::Tag::Missing) + statistics->count(batch::Tag::Null);
}

// Gives the number of batches.
std::uint64_t gather(PathFacts& facts, store::Snapshot& snapshot, const Path& path) {
  const auto prefix = snapshot.paths().longest_prefix(path);
  const bool whole = prefix.steps == path.steps.size();
  std::uint64_t batches = 0;
  for (const exec::Segment& segment : snapshot.segments()) {
    merge(facts, *snapshot.open_batch(segment.batch), prefix.id, whole);
    facts.rows += segment.count;
    ++batches;
  }
  return batches;
}

}  // namespace

std::optional<double> PathFacts::share_between(double low, double high) const {
  if (!numbers) return std::nullopt;
  double within = 0, all = 0;
  for (const NumberRange& range : *numbers) {
    all += range.count;
    const double from = std::max(low, range.low), to = std::min(high, range.high);
    if (from > to) continue;
    const double width = range.high - range.low;
    within += range.count * (width > 0 && std::isfinite(width) ? (to - from) / width : 1);
  }
  return within / all;
}

const PathFacts& TableFacts::of(const std::shared_ptr<store::Snapshot>& snapshot,
                                const Path& path) {
  if (snapshot_.lock() != snapshot) {
    known_.clear();
    snapshot_ = snapshot;
  }
  std::string text = to_text(path);
  if (const auto known = known_.find(text); known != known_.end()) return known->second;
  PathFacts facts;  // known once complete: reading may fail on the way
  std::uint64_t batches = 0;
  try {
    batches = gather(facts, *snapshot, path);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Corrupt) throw;
    facts = PathFacts::unknown();
  }
  // Values that are unique in a batch are most likely unique over all.
  if (batches > 1 &&
      facts.distinct * 2 > static_cast<double>(facts.rows) / static_cast<double>(batches))
    facts.distinct *= static_cast<double>(batches);
  return known_.emplace(std::move(text), facts).first->second;
}

}  // namespace arbors::ext
