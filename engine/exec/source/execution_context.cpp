#include "engine/exec/source/execution_context.h"

#include "engine/base/error.h"

namespace arbors::exec {

void ExecutionContext::check_interrupt() const {
  if (interrupted && interrupted()) throw Error(ErrorCode::Interrupted, "interrupted");
}

}  // namespace arbors::exec
