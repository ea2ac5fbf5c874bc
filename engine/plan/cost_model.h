// What work costs: the estimates by which the optimizer orders conditions and chooses indexes. What
// is known of a source comes through SourceFacts, so that plans stay pure; where nothing is known,
// equality keeps 0.1 of the trees, a range 0.3, anything else 0.5.
#pragma once

#include "engine/plan/logical_plan.h"

namespace arbors::plan {

// The work of reading a number of a column and comparing it is kReadColumn + 1.
inline constexpr double kReadColumn = 0.2;
inline constexpr double kReadText = 0.6;   // of one string of a column
inline constexpr double kReadParsed = 40;  // of a value that lies in opaque JSON text

// What statistics tell of the trees of sources. This base knows nothing.
class SourceFacts {
 public:
  virtual ~SourceFacts() = default;
  // The share of a source's trees for which a condition over them is true, 0 to 1.
  virtual double selectivity(const Source& source, const expr::Expr& condition) const;
  // The work of reading a path of one tree: how many values, of which kind, in columns or in text.
  virtual double read_work(const Source& source, const Path& path) const;
  virtual bool has_index(const Source& source, const Path& path) const;

  static const SourceFacts& none();
};

struct ConditionCost {
  double selectivity = 0.5;
  double work = 1;  // per tree
  // What it rules out for its work: of several conditions, the highest goes first.
  double rank() const { return (1 - selectivity) / work; }
};

// Estimates a condition over the trees of `source`; null: over other trees.
ConditionCost cost_of(const expr::Expr& condition, const Source* source, const SourceFacts& facts);

// Tells whether a stage gives trees as they are, some or all of them.
bool keeps_trees(const Node& node);

// The source whose trees a node gives as they are, some or all of them in any order; or null.
const Source* source_of(const Node& node);

}  // namespace arbors::plan
