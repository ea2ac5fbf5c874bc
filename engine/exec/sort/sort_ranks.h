// Turns the values of one sort key into ranks, numbers of up to 64 bits: rows compare as their
// ranks do, and are equal where their ranks are. Integers and reals become ranks directly; strings
// through the sorted distinct entries of their dictionaries; anything mixed through one sort of its
// distinct values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "engine/batch/vectors/vector.h"
#include "engine/exec/sort/ranked_values.h"
#include "engine/exec/sort/ranks.h"
#include "engine/exec/sort/text_numbers.h"
#include "engine/exec/source/execution_context.h"

namespace arbors::exec {

class SortRanks {
 public:
  SortRanks(bool descending, bool nulls_last, Collation collation)
      : descending_(descending), nulls_last_(nulls_last), collation_(collation) {}

  // There will be no more rows than that.
  void expect(std::size_t rows) { expected_ = rows; }
  // Adds the values of further rows. SQL values: objects and arrays as Opaque text. Texts of a
  // domain are numbered at once, and the values let go.
  void append(batch::VectorPtr values);

  // Gives one rank a row, in order of appending, and lets the values go. Asks whether to stop: to
  // number and to order a million texts takes a while.
  Ranks finish(const ExecutionContext& context);
  // After finish(): tells the values of the ranks, where they can be told (integers; texts under
  // BINARY). To be asked for before finish(), since texts are kept for it.
  void keep_values() { keeps_values_ = true; }
  const std::optional<RankedValues>& ranked_values() const { return ranked_values_; }

 private:
  Ranks integer_ranks(std::int64_t least) const;
  Ranks real_ranks() const;
  Ranks string_ranks();
  // False where the values are no texts of one domain, or it is full.
  bool number_in_domain(const batch::Vector& values);
  // Makes values again of the rows that were numbered, for rows of other kinds that follow.
  void give_up_domain();
  // Numbers the rows' texts by appearance, others kUnknown.
  void number_by_text(std::vector<std::uint32_t>& numbers, std::vector<std::string_view>& texts);
  Ranks mixed_ranks();
  bool integer_range(std::int64_t& least);
  // Values have the ranks 1 .. greatest_, in the order asked for; NULLs stand before or behind.
  std::uint64_t null_rank() const { return nulls_last_ ? greatest_ + 1 : 0; }
  std::uint64_t directed(std::uint64_t rank) const {
    return descending_ ? greatest_ + 1 - rank : rank;
  }

  bool descending_;
  bool nulls_last_;
  Collation collation_;
  batch::TagSet kinds_ = 0;
  std::size_t rows_ = 0;
  std::uint64_t greatest_ = 0;
  std::size_t expected_ = 0;
  std::vector<batch::VectorPtr> values_;
  std::optional<DomainNumbers> domain_;  // of the rows before values_, or all null so far
  std::vector<std::uint32_t> numbers_;   // a row; kUnknown where it is null
  bool keeps_values_ = false;
  std::optional<RankedValues> ranked_values_;
};

}  // namespace arbors::exec
