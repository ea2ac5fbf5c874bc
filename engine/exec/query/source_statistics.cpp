#include "engine/exec/query/source_statistics.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/expr/deduce/path_statistics.h"
#include "engine/expr/deduce/selectivity.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/parse_plan.h"

namespace arbors::exec {
namespace {

// Batches that are asked, evenly over the source.
constexpr std::size_t kSamples = 8;

bool says_nothing_known(const Error& error) {
  return error.code() == ErrorCode::NotFound || error.code() == ErrorCode::Invalid ||
         error.code() == ErrorCode::Corrupt;
}

// Averages what is known of batches, each weighing as many trees as it has.
template <typename Measure>
double average(const std::vector<batch::BatchReaderPtr>& batches, double unknown, Measure measure) {
  double sum = 0, trees = 0;
  try {
    for (const batch::BatchReaderPtr& batch : batches) {
      sum += batch->trees() * measure(*batch);
      trees += batch->trees();
    }
  } catch (const Error& error) {
    if (!says_nothing_known(error)) throw;
    return unknown;
  }
  return trees > 0 ? sum / trees : unknown;
}

double read_work_in(batch::BatchReader& batch, const Path& path) {
  const expr::PathStatistics found = expr::path_statistics(batch, path);
  if (!found.known) return plan::kReadParsed;
  if (found.statistics == nullptr || batch.trees() == 0) return plan::kReadColumn;
  const batch::Statistics& known = *found.statistics;
  if (known.count(batch::Tag::Opaque) > 0) return plan::kReadParsed;
  const double texts = known.count(batch::Tag::String) + known.count(batch::Tag::BigNumber);
  return (known.rows * plan::kReadColumn + texts * (plan::kReadText - plan::kReadColumn)) /
         batch.trees();
}

double null_share(const batch::Statistics& known) {
  if (known.rows == 0) return 1;
  return static_cast<double>(known.count(batch::Tag::Missing) + known.count(batch::Tag::Null)) /
         static_cast<double>(known.rows);
}

}  // namespace

const SourceStatistics::Sampled& SourceStatistics::sampled(const plan::Source& source) const {
  const std::string text = plan::stage_text(*plan::make(source));
  const auto [place, is_new] = known_.try_emplace(text);
  Sampled& sampled = place->second;
  if (!is_new || source.kind == plan::Source::Kind::Json ||
      source.kind == plan::Source::Kind::File || source.kind == plan::Source::Kind::Table)
    return sampled;
  try {
    plan::Source all = source;
    all.search.reset();
    sampled.source = bind_(all).trees;
    const auto segments = sampled.source->segments();
    const std::size_t step = std::max<std::size_t>(1, (segments.size() + kSamples - 1) / kSamples);
    for (std::size_t at = step / 2; at < segments.size(); at += step)
      sampled.batches.push_back(sampled.source->open_batch(segments[at].batch));
  } catch (const Error& error) {
    if (!says_nothing_known(error)) throw;
    sampled = {};
  }
  return sampled;
}

double SourceStatistics::selectivity(const plan::Source& source,
                                     const expr::Expr& condition) const {
  return average(sampled(source).batches, expr::selectivity(condition),
                 [&](batch::BatchReader& batch) { return expr::selectivity(condition, &batch); });
}

double SourceStatistics::read_work(const plan::Source& source, const Path& path) const {
  return average(sampled(source).batches, plan::kReadColumn,
                 [&](batch::BatchReader& batch) { return read_work_in(batch, path); });
}

bool SourceStatistics::has_index(const plan::Source& source, const Path& path) const {
  const TreeSourcePtr& trees = sampled(source).source;
  return trees && trees->has_index(path);
}

plan::PathKnowledge SourceStatistics::values(const plan::Source& source, const Path& path) const {
  const Sampled& known = sampled(source);
  plan::PathKnowledge values;
  if (!known.source || known.batches.empty()) return values;
  values.trees = static_cast<double>(known.source->trees());
  values.nulls = values.trees * average(known.batches, 0, [&](batch::BatchReader& batch) {
                   const expr::PathStatistics found = expr::path_statistics(batch, path);
                   if (!found.known || found.statistics == nullptr) return 1.0;
                   values.distinct = std::max<double>(values.distinct, found.statistics->distinct);
                   return null_share(*found.statistics);
                 });
  values.batch_trees = average(known.batches, 1, [](batch::BatchReader& batch) {
    return static_cast<double>(batch.trees());
  });
  // Values that are unique in a batch are most likely unique over all.
  if (values.distinct * 2 > values.batch_trees && values.batch_trees > 0)
    values.distinct *= std::max(1.0, values.trees / values.batch_trees);
  return values;
}

plan::NodePtr optimized(const plan::NodePtr& plan, const SourceBinder& bind) {
  return plan::optimize(plan, SourceStatistics(bind));
}

}  // namespace arbors::exec
