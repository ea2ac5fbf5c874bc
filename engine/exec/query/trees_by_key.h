// The trees of a source by a key: a hash table of the keys' values, built at the first look-up and
// kept. What arbor_lookup on a handle uses.
#pragma once

#include <optional>
#include <string>

#include "engine/exec/query/key_lookup.h"
#include "engine/exec/source/tree_source.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

class TreesByKey {
 public:
  // `key` is over the source's trees. `context` outlives the index. Throws Error{Limit} where the
  // source has more trees than max_index_entries.
  TreesByKey(TreeSourcePtr source, expr::ExprPtr key, const ExecutionContext& context);

  // Gives the first tree whose key equals `key`, as JSON text; none for NULL.
  std::optional<std::string> find(const Value& key);

 private:
  TreeSourcePtr source_;
  expr::ExprPtr key_;
  const ExecutionContext& context_;
  std::optional<KeyLookup> lookup_;
};

}  // namespace arbors::exec
