// A join by rowids or places (`rowid IN (SELECT …)`) looks its trees up.
#pragma once

#include "engine/exec/join/join_table.h"
#include "engine/exec/stages/relation.h"

namespace arbors::exec {

// Where the key's left side is what a tree is in its Arbor, lets the scan look at no others than
// those that the right side's values of key number `at` name.
void restrict_to_rows(const plan::JoinKey& key, const JoinTable& table, std::size_t at,
                      Relation& left);

}  // namespace arbors::exec
