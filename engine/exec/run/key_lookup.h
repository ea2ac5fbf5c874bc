// A hash table from the values of one expression to rows, built from one pass over a source: what a
// cursor that is asked again and again for equal values keeps for its statement. Finds a superset:
// numbers and texts that read as numbers meet under one key, texts under their collation.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/value.h"
#include "engine/exec/rows/ordered_run.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/tree_source.h"
#include "engine/expr/expression.h"

namespace arbors::exec {

class KeyLookup {
 public:
  // Throws Error{Interrupted} as `context` says.
  KeyLookup(const TreeSourcePtr& source, const expr::ExprPtr& key, Collation collation,
            const ExecutionContext& context);

  // Gives the places of the trees whose value may equal `value`, in their order. None for NULL.
  std::vector<RowRef> find(const Value& value) const;

 private:
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;

  Collation collation_;
  std::vector<std::uint64_t> hashes_;   // of each entry
  std::vector<RowRef> places_;          // of each entry, ascending
  std::vector<std::uint32_t> next_;     // the next entry of the same bucket
  std::vector<std::uint32_t> buckets_;  // first entries; a power of two
};

}  // namespace arbors::exec
