// Look-ups that a statement repeats in an arbor_view: how often it is filtered in the same words,
// the rows that its plan gave, and the hash table that finds them. Shared by the view's cursors,
// for old hosts open another each time that a correlated subquery runs; gone with the last of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/query/key_lookup.h"
#include "ext/plans/plan_session.h"

namespace arbors::ext {

class ViewLookups {
 public:
  // Of one scan's words, over one state of what the view's plan reads.
  struct Lookup {
    std::vector<exec::TreeSourcePtr> state;
    std::uint32_t filters = 0;   // by cursors that came and went
    std::uint32_t enough = 0;    // of them, before a table is worth its making
    exec::TreeSourcePtr rows;    // the plan's; null: not run yet
    std::vector<int> arguments;  // of the scan, what the table is looked up by
    std::optional<exec::KeyLookup> table;
  };

  static std::shared_ptr<ViewLookups> shared(std::weak_ptr<ViewLookups>& by_view);

  // A new one where the state is another by now, or no Arbor's alone.
  std::shared_ptr<Lookup> of(const std::string& words, PlanSession& plans,
                             const plan::NodePtr& plan);

 private:
  std::map<std::string, std::shared_ptr<Lookup>> by_words_;
};

}  // namespace arbors::ext
