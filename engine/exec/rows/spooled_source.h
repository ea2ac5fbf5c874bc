// A source of trees that come once and must be read again: their texts wait in memory up to a
// bound, beyond it in a temporary file.
#pragma once

#include "engine/exec/rows/row_run.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

// Reads all rows of a stream.
TreeSourcePtr spooled(RowStream& rows, const ExecutionContext& context);

}  // namespace arbors::exec
