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

// A row found by an index costs so many times what a row of a scan does.
inline constexpr double kLookUp = 16;
// One that is reached in an index's order besides: few at a time, each most likely in another
// batch.
inline constexpr double kWalk = 64;

// What is known of the values at a path of a source's trees.
struct PathKnowledge {
  double trees = 0;        // of the source; 0: not known
  double nulls = 0;        // of them without a value
  double distinct = 1;     // values, at least 1
  double batch_trees = 1;  // of a batch
};

// What statistics tell of the trees of sources. This base knows nothing.
class SourceFacts {
 public:
  virtual ~SourceFacts() = default;
  // The share of a source's trees for which a condition over them is true, 0 to 1.
  virtual double selectivity(const Source& source, const expr::Expr& condition) const;
  // The work of reading a path of one tree: how many values, of which kind, in columns or in text.
  virtual double read_work(const Source& source, const Path& path) const;
  virtual bool has_index(const Source& source, const Path& path) const;
  virtual PathKnowledge values(const Source& source, const Path& path) const;

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

// The first trees of an order that an index is to give.
struct FirstTrees {
  double count = 1;
  double passing = 1;        // the share of all trees that meet the conditions
  double walked = 1;         // the share of all trees that the index's ranges hold
  bool nulls_first = false;  // trees without a key may be wanted, and come first
};

// Estimates the work of finding them by walking the index, in trees of a scan.
double walk_work(const FirstTrees& first, const PathKnowledge& keys);

// Tells whether a stage gives trees as they are, some or all of them.
bool keeps_trees(const Node& node);

// The source whose trees a node gives as they are, some or all of them in any order; or null.
const Source* source_of(const Node& node);

}  // namespace arbors::plan
