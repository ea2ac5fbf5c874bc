// What the statistics of a few batches tell the optimizer of the sources that a plan reads. Opens
// batches to ask for statistics; reads no payload.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/exec/stages/run_plan.h"
#include "engine/plan/cost_model.h"

namespace arbors::exec {

class SourceStatistics : public plan::SourceFacts {
 public:
  // `bind` outlives this. A source that cannot be bound, or whose statistics are damaged, is one of
  // which nothing is known: running the plan says why.
  explicit SourceStatistics(const SourceBinder& bind) : bind_(bind) {}

  double selectivity(const plan::Source& source, const expr::Expr& condition) const override;
  double read_work(const plan::Source& source, const Path& path) const override;
  bool has_index(const plan::Source& source, const Path& path) const override;
  plan::PathKnowledge values(const plan::Source& source, const Path& path) const override;

 private:
  struct Sampled {
    TreeSourcePtr source;  // null: not known
    std::vector<batch::BatchReaderPtr> batches;
  };
  const Sampled& sampled(const plan::Source& source) const;

  const SourceBinder& bind_;
  mutable std::map<std::string, Sampled> known_;  // by the source's text
};

// Optimizes a plan by what is known of its sources.
plan::NodePtr optimized(const plan::NodePtr& plan, const SourceBinder& bind);

}  // namespace arbors::exec
