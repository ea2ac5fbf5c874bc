// What a scan does with each block of rows after the source's own predicate: filter, explode,
// reshape into new trees, join, look computed values up. Every step maps the rows of one batch by
// themselves, so any block can be made again from its segment alone.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "engine/exec/scan/block_change.h"
#include "engine/exec/scan/row_expr.h"

namespace arbors::exec {

class TreeShape;

struct FilterStep {
  RowExpr predicate;
};
struct ExplodeStep {
  RowExpr list;  // a bare path
  bool outer = false;
  bool each = false;  // as json_each
  bool keys = false;  // with a further mount of their indexes and keys, under `key`
};
// Builds the trees of a shape (with `flatten`, nested objects become dotted keys) as a batch in
// memory: for stages that look into values which only exist once computed.
struct ReshapeStep {
  std::shared_ptr<const TreeShape> shape;
  bool flatten = false;
};

// Turns nested objects of the batch's whole trees into dotted keys: by other names for its columns,
// where that can say it.
struct FlattenStep {
  std::shared_ptr<const TreeShape> whole;  // trees as they are
};

struct ChangeStep {
  BlockChangePtr change;
};

using ScanStep = std::variant<FilterStep, ExplodeStep, ReshapeStep, FlattenStep, ChangeStep>;
using ScanSteps = std::vector<ScanStep>;

}  // namespace arbors::exec
