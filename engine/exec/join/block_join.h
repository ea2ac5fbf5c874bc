// A join as a step of the left side's scan: finds each row's partners in the table of the right
// trees' keys, and hands on pairs of numbers.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/exec/join/join_table.h"
#include "engine/exec/join/joined_trees.h"
#include "engine/exec/scan/block_change.h"
#include "engine/exec/scan/scan.h"

namespace arbors::exec {

class BlockJoin : public BlockChange {
 public:
  struct Parts {
    plan::Join join;
    std::vector<RowExpr> keys;        // over the left rows
    std::optional<RowExpr> taken;     // the left trees' field where the right ones go
    std::optional<RowExpr> residual;  // over left rows and the mount of right trees
    std::shared_ptr<const JoinTable> table;
    ReferencedTreesPtr trees;  // null where no expression reads them
    bool renumbers = true;     // of semi and anti: rows get new numbers too, as others' do
  };
  explicit BlockJoin(Parts parts) : parts_(std::move(parts)) {}

  void apply(ScannedRows& block) const override;
  bool mounts() const override { return parts_.renumbers; }
  ReferencedTreesPtr referenced_trees() const override { return parts_.trees; }
  std::vector<const RowExpr*> expressions() const override;

 private:
  using Rows = std::vector<std::uint32_t>;
  struct Pairs {
    Rows rows;      // of the block, ascending
    Rows partners;  // right trees
  };

  bool keeps_pairs() const;
  void check_field(const ScannedRows& block) const;
  Pairs pairs_of(const ScannedRows& block, const Rows& numbers) const;
  static Pairs single_pairs_of(const ScannedRows& block, const Rows& numbers);
  void keep_fulfilling(const ScannedRows& block, Pairs& pairs) const;
  Pairs with_the_others(const expr::Selection& rows, const Pairs& pairs) const;
  Rows chosen(const ScannedRows& block, const Rows& numbers) const;

  Parts parts_;
};

}  // namespace arbors::exec
