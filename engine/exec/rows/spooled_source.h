// A source of trees that come once and must be read again: their texts wait in memory up to a
// bound, beyond it in a temporary file.
#pragma once

#include <memory>
#include <string>

#include "engine/exec/rows/row_run.h"
#include "engine/exec/source/execution_context.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::exec {

// Trees written one after the other, until they are read.
class TreeSpool {
 public:
  TreeSpool();
  ~TreeSpool();

  // Adds all rows of a run.
  void add(RowRun& run);
  std::uint64_t trees() const;
  // Gives the trees, and ends writing.
  TreeSourcePtr finish();

 private:
  struct Written;
  void end_window();

  std::shared_ptr<Written> written_;
  std::string window_;
  std::uint64_t trees_ = 0;
};

// Reads all rows of a stream.
TreeSourcePtr spooled(RowStream& rows, const ExecutionContext& context);

}  // namespace arbors::exec
