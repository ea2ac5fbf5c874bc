#include "engine/plan/optimize/optimizer.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/base/error.h"

namespace arbors::plan {
namespace {

constexpr std::array<Rule, 18> kRules{{
    {"fold_constants", "computes what no tree can change", fold_constants},
    {"unite_alternatives", "makes one list of equalities of one value", unite_alternatives},
    {"fuse_filters", "makes one filter of two", fuse_filters},
    {"push_filter_down", "filters before trees are made, ordered or exploded", push_filter_down},
    {"push_into_join", "filters the sides of a join before they meet", push_into_join},
    {"first_of_partitions", "keeps only the rows of each partition that a filter can show",
     first_of_partitions},
    {"order_conditions", "tests the most selective and cheapest condition first", order_conditions},
    {"fuse_slices", "makes one cut of several heads and skips", fuse_slices},
    {"push_slice_down", "cuts before trees are made", push_slice_down},
    {"push_sort_down", "orders by the fields below a select", push_sort_down},
    {"sort_first_rows", "keeps only the rows that a head after a sort can show", sort_first_rows},
    {"drop_group_order", "leaves groups unordered where a later order decides", drop_group_order},
    {"drop_join_order", "lets a join build on either side where nobody sees the order of its pairs",
     drop_join_order},
    {"prune_fields", "leaves out fields and aggregates that nothing reads", prune_fields},
    {"restrict_rows", "looks only at the rowids and places that a filter admits", restrict_rows},
    {"choose_index", "looks rows up in a kept-up index where that finds few", choose_index},
    {"choose_element_index", "explodes only the trees that a kept-up index on elements finds",
     choose_element_index},
    {"walk_index", "takes the first trees of an order from a kept-up index", walk_index},
}};

// A rule that undid another's work would go on for ever; no plan needs this many rounds.
constexpr int kMostRounds = 50;

NodePtr apply_everywhere(const Rule& rule, const NodePtr& node, const SourceFacts& facts,
                         bool& changed) {
  std::vector<NodePtr> inputs = node->inputs;
  for (NodePtr& input : inputs) input = apply_everywhere(rule, input, facts, changed);
  NodePtr current = inputs == node->inputs ? node : make(node->op, std::move(inputs));
  if (NodePtr better = rule.apply(current, facts)) {
    changed = true;
    return better;
  }
  return current;
}

}  // namespace

std::span<const Rule> rules() { return kRules; }

bool RuleSwitches::is_on(const Rule& rule) const {
  return std::find(off_.begin(), off_.end(), rule.name) == off_.end();
}

void RuleSwitches::turn(std::string_view name, bool on) {
  const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                 [&](const Rule& known) { return known.name == name; });
  if (rule == kRules.end()) throw_invalid("no such rule: " + std::string(name));
  std::erase(off_, rule->name);
  if (!on) off_.push_back(rule->name);
}

void RuleSwitches::turn_all(bool on) {
  for (const Rule& rule : kRules) turn(rule.name, on);
}

Optimized optimize_with(const NodePtr& plan, const RuleSwitches& switches,
                        const SourceFacts& facts) {
  Optimized result{plan, {}};
  bool changed = true;
  for (int round = 0; changed && round < kMostRounds; ++round) {
    changed = false;
    for (const Rule& rule : kRules) {
      bool applied = false;
      if (!switches.is_on(rule)) continue;
      result.plan = apply_everywhere(rule, result.plan, facts, applied);
      if (applied && std::find(result.applied.begin(), result.applied.end(), rule.name) ==
                         result.applied.end())
        result.applied.push_back(rule.name);
      changed |= applied;
    }
  }
  return result;
}

NodePtr optimize(const NodePtr& plan, const SourceFacts& facts) {
  return optimize_with(plan, {}, facts).plan;
}

}  // namespace arbors::plan
