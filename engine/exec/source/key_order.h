// The rows of a source in the order of a kept-up index's keys, read some keys at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace arbors::exec {

// Consecutive keys and the rows that stand under them.
struct KeyRun {
  // Every row whose value is among the keys, and perhaps others, which are to be told by their
  // values; a row may be named twice.
  std::vector<std::int64_t> rowids;
  plan::KeyRange keys;  // the least and the greatest; of no meaning where there are no rows
};

class KeyOrder {
 public:
  explicit KeyOrder(plan::IndexSearch search) : search_(std::move(search)) {}
  virtual ~KeyOrder() = default;

  const plan::IndexSearch& search() const { return search_; }

  // Gives the rows under the keys that follow `last` (null: from the first key on), whole keys
  // only: `wanted` rows or a few more, unless these are all; none at the end. nullopt where there
  // would be more than `most`, or where the index no longer shows the source's state.
  virtual std::optional<KeyRun> after(const Value* last, std::size_t wanted,
                                      std::size_t most) const = 0;

 private:
  plan::IndexSearch search_;
};

using KeyOrderPtr = std::shared_ptr<const KeyOrder>;

}  // namespace arbors::exec
