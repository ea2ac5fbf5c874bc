// A store as the trees that a plan reads: its current snapshot, and the rows that a kept-up index
// finds in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/exec/stages/run_plan.h"
#include "sql/store/store.h"

namespace arbors::ext {

// The rowids, ascending, under keys of these ranges in the newest state. nullopt where there is no
// such index, or where it finds so many that reading the rows one after another costs less.
std::optional<std::vector<std::int64_t>> find_rows(store::Store& store, const Path& path,
                                                   std::span<const store::KeyRange> ranges);

// The store's trees now, or of the generation that the source names, with what its search finds, or
// the order that it offers.
exec::BoundSource bind_store(const std::shared_ptr<store::Store>& store,
                             const plan::Source& source);

}  // namespace arbors::ext
