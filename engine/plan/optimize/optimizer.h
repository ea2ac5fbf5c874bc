// Rewrites a plan into one that gives the same trees with less work: rules in a fixed, visible
// order, again until none changes anything.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/plan/optimize/rule.h"

namespace arbors::plan {

// The rules in the order they are tried.
std::span<const Rule> rules();

// Which rules may be used, by their place in rules(). All by default.
class RuleSwitches {
 public:
  bool is_on(const Rule& rule) const;
  // Throws Error{Invalid} for a name that no rule has.
  void turn(std::string_view name, bool on);
  void turn_all(bool on);

 private:
  std::vector<std::string_view> off_;
};

struct Optimized {
  NodePtr plan;
  std::vector<std::string_view> applied;  // names of the rules that changed something, in order
};

Optimized optimize_with(const NodePtr& plan, const RuleSwitches& switches,
                        const SourceFacts& facts = SourceFacts::none());
NodePtr optimize(const NodePtr& plan, const SourceFacts& facts = SourceFacts::none());

}  // namespace arbors::plan
