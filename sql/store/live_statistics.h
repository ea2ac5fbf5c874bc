// Statistics of some rows of one batch, counted from its columns: what is stored tells of all rows,
// also of those that are dead or lie under other trees. Texts are bounded by whole values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/batch/columns/batch_reader.h"

namespace arbors::store {

// Rows in sequence, of the trees or of an array's elements.
struct RowRun {
  std::uint32_t first, count;
};
using RowRuns = std::vector<RowRun>;

void add_run(RowRuns& runs, RowRun run);
std::uint64_t rows_of(const RowRuns& runs);

class LiveStatistics {
 public:
  // `live`: rows of the trees, ascending. The reader must outlive this.
  LiveStatistics(batch::BatchReader& reader, RowRuns live);

  // nullopt: the path does not occur in the batch. Distinct values are as many as are stored, at
  // most. Throws Error{Corrupt} where an array says more elements than there are.
  std::optional<batch::Statistics> of(PathId path);

 private:
  const RowRuns& runs(PathId domain);

  batch::BatchReader& reader_;
  std::map<PathId, RowRuns> runs_;  // by domain
};

// The least and the greatest of a column's texts; nullopt where it has none.
struct TextBounds {
  std::string_view least, greatest;
};
std::optional<TextBounds> text_bounds(const batch::Vector& column, const RowRuns& runs);

}  // namespace arbors::store
