// A hash table from the values of one expression, or of several together, to rows, built from one
// pass over a source: what a cursor that is asked again and again for equal values keeps for its
// statement. Finds a superset: numbers and texts that read as numbers meet under one key, texts
// under their collation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/value.h"
#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/tree_source.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

class KeyLookup {
 public:
  struct Key {
    expr::ExprPtr expr;
    Collation collation;
  };

  // Throws Error{Interrupted} as `context` says.
  KeyLookup(const TreeSourcePtr& source, const std::vector<Key>& keys,
            const ExecutionContext& context);

  // Gives the places of the trees whose values may equal these, one a key, in their order. None
  // where one is NULL.
  std::vector<RowRef> find(std::span<const Value> values) const;

 private:
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;

  std::vector<Collation> collations_;   // of each key
  std::vector<std::uint64_t> hashes_;   // of each entry
  std::vector<RowRef> places_;          // of each entry, ascending
  std::vector<std::uint32_t> next_;     // the next entry of the same bucket
  std::vector<std::uint32_t> buckets_;  // first entries; a power of two
};

}  // namespace arbors::exec
