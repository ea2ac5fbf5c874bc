// What the keys of a join's right side say about the left side before anything is looked up.
#pragma once

#include "engine/exec/join/join_table.h"
#include "engine/expr/forms/expression.h"
#include "engine/plan/row_shape.h"

namespace arbors::exec {

// Gives a condition over the trees of the left scan, of `shape`, that every row with a partner
// fulfils: that a key is one of the right side's, where these are few, or between the least and the
// greatest of them. Null where there is none to give.
expr::ExprPtr key_bound(const plan::JoinKey& key, const JoinTable& table, std::size_t at,
                        const plan::RowShape& shape);

}  // namespace arbors::exec
