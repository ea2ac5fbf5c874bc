// Turns the values of one sort key into 64-bit ranks: rows compare as their ranks do, and are equal
// where their ranks are. Integers and reals become ranks directly; strings through the sorted
// distinct entries of their dictionaries; anything mixed through one sort of its distinct values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/sort/ranked_values.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

class SortRanks {
 public:
  SortRanks(bool descending, bool nulls_last, Collation collation)
      : descending_(descending), nulls_last_(nulls_last), collation_(collation) {}

  // Adds the values of further rows. SQL values: objects and arrays as Opaque text.
  void append(batch::VectorPtr values);

  // Gives one rank a row, in order of appending, and lets the values go. Asks whether to stop: to
  // number and to order a million texts takes a while.
  std::vector<std::uint64_t> finish(const ExecutionContext& context);
  // After finish(): tells the values of the ranks, where they can be told (integers; texts under
  // BINARY). To be asked for before finish(), since texts are kept for it.
  void keep_values() { keeps_values_ = true; }
  const std::optional<RankedValues>& ranked_values() const { return ranked_values_; }

 private:
  std::vector<std::uint64_t> integer_ranks(std::int64_t least) const;
  std::vector<std::uint64_t> real_ranks() const;
  std::vector<std::uint64_t> string_ranks();
  // Both number the rows' texts by appearance, others kUnknown; false where there is no domain.
  bool number_in_domain(std::vector<std::uint64_t>& numbers, std::vector<std::string_view>& texts);
  void number_by_text(std::vector<std::uint64_t>& numbers, std::vector<std::string_view>& texts);
  std::vector<std::uint64_t> mixed_ranks() const;
  bool integer_range(std::int64_t& least) const;
  std::uint64_t null_rank() const { return nulls_last_ ? UINT64_MAX : 0; }
  std::uint64_t directed(std::uint64_t rank) const { return descending_ ? ~rank : rank; }

  bool descending_;
  bool nulls_last_;
  Collation collation_;
  batch::TagSet kinds_ = 0;
  std::size_t rows_ = 0;
  std::vector<batch::VectorPtr> values_;
  bool keeps_values_ = false;
  std::optional<RankedValues> ranked_values_;
};

}  // namespace arbors::exec
