#include "engine/exec/query/trees_by_key.h"

#include "engine/base/error.h"
#include "engine/exec/query/query.h"
#include "engine/exec/stages/run_plan.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {

TreesByKey::TreesByKey(TreeSourcePtr source, expr::ExprPtr key, const ExecutionContext& context)
    : source_(std::move(source)), key_(std::move(key)), context_(context) {
  const std::uint64_t most = context.budgets.max_index_entries;
  if (source_->trees() <= most) return;
  throw Error(ErrorCode::Limit, "index_by needs an entry for each of " +
                                    std::to_string(source_->trees()) + " trees, more than " +
                                    std::to_string(most) +
                                    " (max_index_entries): filter first, or raise the limit with "
                                    "arbor_config('max_index_entries', n)");
}

std::optional<std::string> TreesByKey::find(const Value& key) {
  if (!lookup_)
    lookup_.emplace(source_, std::vector<KeyLookup::Key>{{key_, expr::collation(*key_, *key_)}},
                    context_);
  Relation relation = relation_of(source_);
  relation.picked = lookup_->find({&key, 1});
  filter_scan_rows(relation, expr::compare(expr::Comparison::Equal, key_, expr::constant(key)),
                   context_);
  return first_tree(relation, context_);
}

}  // namespace arbors::exec
