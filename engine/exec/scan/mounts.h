// The rows of a block after arrays were exploded or partners found: a row is an element of the
// array exploded last, or a pair, and knows its place in every scope before. Nothing is copied:
// paths into trees are read once a tree and spread by the arrays' lengths, paths into elements are
// read where they lie, paths into partners by their numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/batch/trees/scope.h"
#include "engine/exec/scan/member_lists.h"
#include "engine/exec/scan/referenced_trees.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/expr/evaluate/selection.h"

namespace arbors::exec {

struct ExplodeStep;  // scan_steps.h

class Mounts {
 public:
  // The trees of a batch, nothing exploded; the batch outlives the mounts.
  explicit Mounts(batch::BatchReader& batch);

  // Explodes the arrays that the step's list (a bare path) gives for some of the rows. With
  // `outer`, a row without elements stays, its element missing.
  Mounts explode(const ExplodeStep& step, const expr::Selection& rows) const;

  // Gives way to pairs: row i of the result is row pairs[i] of the block, with tree partners[i]
  // (kNoRow: none). `pairs` ascends.
  Mounts join(ReferencedTreesPtr trees, std::vector<std::uint32_t> pairs,
              std::vector<std::uint32_t> partners) const;
  // Mounts the trees of another batch beside the rows: row i sees tree trees[i], kNoRow is none.
  Mounts attach(batch::BatchReaderPtr batch, std::vector<std::uint32_t> trees) const;

  std::uint32_t rows() const { return rows_; }
  // For each row the one that it was made of by the last explode or join: ascending rows of the
  // block before.
  std::span<const std::uint32_t> parents() const { return *parents_; }

  // Computes an expression: value i is that of row selection[i].
  batch::VectorPtr evaluate(const RowExpr& expr, const expr::Selection& selection) const;
  // Gives the column that holds the values of a path of a mount for some of the rows; nullopt where
  // some of them are in opaque text, or in lists.
  std::optional<batch::ColumnRows> locate(const RowExpr::Leaf& leaf,
                                          const expr::Selection& selection) const;
  // Narrows the selection to the rows for which an expression is true.
  void filter(const RowExpr& expr, expr::Selection& selection) const;

  // Tells the row of the batch that a row comes from.
  std::uint32_t tree_of(std::uint32_t row) const;

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  using RowsPtr = std::shared_ptr<const std::vector<std::uint32_t>>;
  struct Mount {
    std::optional<batch::Scope> scope;  // none where the trees are far
    ReferencedTreesPtr far;
    RowsPtr rows;           // null: row i is row i of the scope
    bool may_lack = false;  // some entries of `rows` are kNone
    batch::BatchReaderPtr batch =
        nullptr;  // that the scope reads, where the block does not hold it
  };

  void follow(const RowsPtr& parents);  // makes the block's rows these ones
  EachList lists(const Mount& from, const ExplodeStep& step,
                 const std::vector<std::uint32_t>& rows) const;

  batch::VectorPtr evaluate_at(const Mount& mount, const expr::Expr& expr,
                               const expr::Selection& selection) const;
  batch::VectorPtr read(const RowExpr::Leaf& leaf, const expr::Selection& selection) const;
  batch::VectorPtr evaluate_leaves(const RowExpr& expr, const expr::Selection& selection) const;

  std::vector<Mount> mounts_;
  RowsPtr parents_;  // null before the first explode or join
  std::uint32_t rows_ = 0;
};

}  // namespace arbors::exec
