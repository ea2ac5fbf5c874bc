// Groups rows and aggregates each group: on dictionary codes and typed vectors, a block at a time.
// Workers aggregate by themselves and are merged in order.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/group_keys.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/row_expr.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

// What is computed, over a scan's rows. Shared by the workers.
struct AggregationPlan {
  std::vector<plan::NamedExpr> keys;
  std::vector<plan::AggregateCall> calls;
  bool in_key_order = true;
  plan::ShownKey shown{};
  // The last calls, one a key, give the keys that are shown.
  bool shows_calls = false;

  // Whether the rows' order does not show in the answer.
  bool any_order() const;
};

// Why an aggregation ended with Error{Limit}, where its caller knows another way.
struct AggregationEnd {
  std::atomic<bool> full = false;    // too many groups of several workers together
  std::atomic<bool> varied = false;  // keys of a group look different, see plan::ShownKey
};

// The expressions of a plan, decided once.
class Aggregation {
 public:
  // Computes an expression over the rows of a block.
  using Evaluate = std::function<batch::VectorPtr(const RowExpr&)>;

  // `end`, where given, is told before Error{Limit} is thrown.
  Aggregation(const AggregationPlan& plan, const ExecutionContext& context,
              AggregationEnd* end = nullptr);

  // Adds a block of `rows` rows, the first of them at `position` in the rows' order: of equal
  // values the first counts. Once there are max_group_keys groups, rows of others are left.
  void add(std::uint32_t rows, std::uint64_t position, const Evaluate& evaluate);
  // The rows of the block added last that were left, ascending: none of their groups has a row in
  // any block. Those of a group are left by every block then.
  const std::vector<std::uint32_t>& left() const { return left_; }
  // Adds `rows` rows of a batch, all of it or, where no argument is read, some, from its statistics
  // alone; false, and nothing done, where they do not tell what the aggregates need.
  bool add_known(batch::BatchReader& batch, std::uint32_t rows, std::uint64_t position);
  // Whether some batch's statistics might.
  bool may_be_known() const;
  // About how many entries merge() would go through.
  std::uint64_t held() const;
  // Adds what another has gathered from other rows; neither has left any. Throws Error{Limit}
  // beyond max_group_keys.
  void merge(Aggregation& other);
  // Gives a row a group: the keys, then the aggregates. Without keys, always one row.
  std::shared_ptr<ColumnBatch> finish(bool in_key_order);

  // Every expression that add() evaluates.
  std::vector<const RowExpr*> expressions() const;

 private:
  struct Call {
    std::optional<RowExpr> argument, second;
    std::size_t argument_of = 0;  // the first call that has this argument
    std::optional<RowExpr> filter;
    AccumulatorPtr state;
    const Path* path = nullptr;  // that the argument is; null: it is computed, or there is none
  };
  std::size_t first_with_argument(std::size_t call) const;
  using Keys = std::vector<batch::VectorPtr>;
  std::uint64_t room() const;
  Keys keys_of(const Evaluate& evaluate) const;
  void add_known_groups(std::uint32_t first, std::uint32_t count, std::uint64_t position,
                        const Evaluate& evaluate);
  void add_rows(std::uint32_t rows, std::uint64_t position, const Keys& keys,
                const Evaluate& evaluate);
  void add_call(Call& call, const batch::VectorPtr& argument, const RowGroups& groups,
                const Evaluate& evaluate) const;
  bool knows(const Call& call, batch::BatchReader& batch, std::uint32_t rows) const;
  void check_looks() const;
  std::uint32_t groups() const { return keys_ ? keys_->size() : 1; }

  const AggregationPlan& plan_;
  const ExecutionContext& context_;
  AggregationEnd* end_;
  std::vector<RowExpr> key_exprs_;
  std::optional<GroupKeys> keys_;  // none without keys
  std::vector<Call> calls_;
  bool only_counts_ = true;   // no aggregate asks for more than how many rows a group has
  bool counts_rows_ = false;  // some aggregate is quicker where that is known
  bool frozen_ = false;       // the keys, since there are as many groups as may be
  std::vector<std::uint32_t> of_row_, left_;
  std::vector<GroupRows> group_rows_;
};

}  // namespace arbors::exec
