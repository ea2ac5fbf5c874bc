// Joins whose right side is more than max_index_entries: part by part of the keys, the pairs in a
// temporary file.
#pragma once

#include <optional>

#include "engine/exec/stages/relation.h"
#include "engine/plan/join.h"

namespace arbors::exec {

// Joins with the right side's keys in memory; nullopt where they are too many for that.
std::optional<Relation> joined_at_once(Relation left, Relation right, const plan::Join& join,
                                       const ExecutionContext& context);
// Makes the keys and conditions of a join expressions over the relation's rows.
void resolve_left(const plan::Join& join, Relation& left, const ExecutionContext& context);
void resolve_right(const plan::Join& join, Relation& right, const ExecutionContext& context);

// Reads both sides once for each part.
Relation joined_in_parts(Relation left, Relation right, const plan::Join& join,
                         const ExecutionContext& context);

}  // namespace arbors::exec
