// One aggregate over all groups: typed arrays indexed by group, fed a vector of values at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/batch/columns/statistics.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/group/value_numbers.h"
#include "engine/plan/aggregate.h"

namespace arbors::exec {

// Which group each row of a vector belongs to.
struct RowGroups {
  std::span<const std::uint32_t> of_row;  // empty: every row belongs to group 0
  std::uint32_t groups = 1;               // groups known so far
  std::uint32_t rows = 0;
  std::uint64_t position = 0;  // of the first row among all, whatever worker sees it when
  std::span<const std::uint32_t> counts = {};  // rows of each group; empty: nobody counted them
  std::uint32_t expected = 0;  // groups that there may be in the end; 0: that is not known

  std::uint32_t operator[](std::size_t row) const { return of_row.empty() ? 0 : of_row[row]; }
};

// Counts the rows of each of few groups. Neighbouring rows are counted apart, since an addition to
// the same group waits for the one before.
std::vector<std::uint32_t> rows_of_groups(std::span<const std::uint32_t> of_row,
                                          std::uint32_t groups);

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  // Adds a value per row; `values` is null for count().
  virtual void add(const batch::Vector* values, const RowGroups& rows) = 0;
  // The same of aggregates of pairs.
  virtual void add_pairs(const batch::Vector& values, const batch::Vector& /*seconds*/,
                         const RowGroups& rows) {
    add(&values, rows);
  }
  // Whether it asks of rows nothing but how many a group has; then add_rows() stands for add().
  virtual bool only_counts() const { return false; }
  virtual void add_rows(std::span<const GroupRows> /*rows*/, std::uint32_t /*groups*/) {}
  // Whether what statistics tell, exactly, of the values of rows is all that it needs of them: null
  // where no row has one. Then add_known() does what add() would for these rows, all of group 0.
  virtual bool knows(const batch::Statistics* /*values*/) const { return false; }
  virtual void add_known(const batch::Statistics* /*values*/, std::uint32_t /*rows*/,
                         std::uint64_t /*position*/) {}
  // Adds what another accumulator of the same aggregate gathered from later rows: its group g is
  // group to[g] here, of `groups`.
  virtual void merge(Accumulator& other, std::span<const std::uint32_t> to,
                     std::uint32_t groups) = 0;
  // About how many entries merge() would go through besides one a group.
  virtual std::uint64_t held() const { return 0; }
  // Gives one value a group.
  virtual batch::VectorPtr finish(std::uint32_t groups) = 0;
};
using AccumulatorPtr = std::unique_ptr<Accumulator>;

AccumulatorPtr make_accumulator(const plan::AggregateCall& call);
// Gives a vector of integers, none of them NULL.
batch::VectorPtr integer_vector(std::vector<std::int64_t> values);

// The kinds, each where its name says.
AccumulatorPtr count_accumulator(bool rows);
AccumulatorPtr sum_accumulator(plan::AggregateKind kind);
// `doubt`: as plan::AggregateCall's.
AccumulatorPtr bound_accumulator(bool greatest, Collation collation, std::string doubt = {});
AccumulatorPtr spread_accumulator(bool root);
AccumulatorPtr quantile_accumulator(double share);
AccumulatorPtr pick_accumulator(plan::AggregateKind kind);
AccumulatorPtr list_accumulator();
AccumulatorPtr concat_accumulator(std::string separator);
AccumulatorPtr object_accumulator();
AccumulatorPtr at_bound_accumulator(bool greatest, Collation collation, std::string doubt = {});
AccumulatorPtr distinct_count_accumulator(Collation collation);
AccumulatorPtr distinct_accumulator(AccumulatorPtr over, Collation collation,
                                    std::string doubt = {});

}  // namespace arbors::exec
