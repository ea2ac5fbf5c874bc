// An expression over the rows of a scan, whose paths may lead into trees or into the elements that
// a stage exploded. An exploded array is mounted: paths into its elements begin with a step that
// names the mount. Decided once a plan: most expressions read one mount alone and are evaluated
// there; the rest are evaluated over their leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/path.h"
#include "engine/expr/forms/expression.h"

namespace arbors::exec {

// Mount 0 are the trees of the scan; their paths carry no mark.
Path mounted_path(std::uint32_t mount);

class RowExpr {
 public:
  struct Leaf {
    std::uint32_t mount = 0;
    Path path;  // in the mount's own scope
  };

  explicit RowExpr(const expr::ExprPtr& expr);

  // The only mount that is read, when mixed() is false; expr() is then in that mount's scope.
  std::uint32_t mount() const { return mount_; }
  const expr::ExprPtr& expr() const { return expr_; }

  // Reads several mounts; over_leaves() reads leaf i at the path of key leaf_name(i).
  bool mixed() const { return mixed_; }
  const std::vector<Leaf>& leaves() const { return leaves_; }
  const expr::ExprPtr& over_leaves() const { return over_leaves_; }
  static std::string leaf_name(std::size_t leaf) { return std::to_string(leaf); }

 private:
  std::uint32_t mount_ = 0;
  bool mixed_ = false;
  expr::ExprPtr expr_;
  std::vector<Leaf> leaves_;
  expr::ExprPtr over_leaves_;
};

}  // namespace arbors::exec
