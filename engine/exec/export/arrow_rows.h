// The record batches of a relation, in its order, made as they are asked for: of some 16,384 to
// 65,536 rows where there are so many, put together from the blocks that a scan gives. Workers
// decode and encode blocks ahead where a scan's order permits; rows in another order are gathered
// in windows of max_buffer_trees.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/exec/export/arrow_relation.h"
#include "engine/exec/scan/scan_ahead.h"

namespace arbors::exec {

class ArrowRows {
 public:
  // Decides the columns (see ArrowRelation). `context` outlives the rows.
  ArrowRows(Relation relation, const ExecutionContext& context,
            std::size_t most_offset = kMostArrowOffset);
  ~ArrowRows();

  const std::vector<ArrowField>& columns() const { return relation_.columns(); }
  std::optional<ArrowTable> next();

 private:
  class Blocks;

  bool more();
  bool window(std::uint64_t count);

  ArrowRelation relation_;
  const ExecutionContext& context_;
  std::size_t enough_bytes_;        // of a record batch, not to wait for more
  std::unique_ptr<Blocks> blocks_;  // of a relation in its scan's order
  std::deque<ArrowTable> ready_;
  std::uint64_t at_ = 0;  // the next of picked rows
};

}  // namespace arbors::exec
