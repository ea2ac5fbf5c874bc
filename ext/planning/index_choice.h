// Which kept-up index a scan uses: the one that its conditions find the fewest rows in, or one in
// whose order its first rows are taken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ext/planning/scan_spec.h"

namespace arbors::ext {

struct ScanDraft;

// An index that some conditions could be looked up in.
struct IndexChoice {
  std::string column;
  double selectivity = 1;
  bool equal = false;
};

class IndexChoices {
 public:
  // Adds a condition on an indexed column, which keeps that share of the rows.
  void add(const std::string& column, TermOp op, double selectivity);

  const IndexChoice* of(const std::string& column) const;
  // The one that finds the fewest rows.
  std::optional<IndexChoice> best() const;

 private:
  std::vector<IndexChoice> choices_;
};

// Takes the index that finds the fewest rows.
void choose_index(ScanDraft& draft);

// Takes the rows in the order of an index where the first of them cost less so than found or
// scanned, and sorted.
void walk_index(ScanDraft& draft);

}  // namespace arbors::ext
