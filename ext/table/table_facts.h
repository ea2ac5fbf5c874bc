// What planning needs to know of a path over a whole snapshot, merged from statistics and kept as
// long as the snapshot lives: which kinds of values occur and how many are distinct.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/path.h"
#include "engine/batch/vectors/tag.h"
#include "sql/state/snapshot.h"

namespace arbors::ext {

// The numbers of a path in one batch.
struct NumberRange {
  double low = 0, high = 0;
  double count = 0;
};

struct PathFacts {
  batch::TagSet kinds = 0;  // all that may occur; everything where values may hide in opaque text
  std::uint64_t rows = 0;
  double distinct = 1;         // estimate, at least 1
  double nulls = 0;            // rows without a value
  bool numeric_texts = false;  // some text may read as a number
  // Of the batches that have any; null: none. Shared, since planning copies what it knows.
  std::shared_ptr<std::vector<NumberRange>> numbers = nullptr;

  // Estimates the share of all numbers that lie from `low` to `high`, spread evenly over each
  // batch's range; nullopt where there are none.
  std::optional<double> share_between(double low, double high) const;

  static PathFacts unknown() { return {.kinds = 0xFFFF, .numeric_texts = true}; }

  bool may_be_null() const { return nulls > 0 || kinds == 0 || (kinds & batch::kNullTags) != 0; }

  bool may_be_text() const { return (kinds & batch::kTextTags) != 0; }
  bool may_be_number() const { return (kinds & batch::kNumberTags) != 0; }
  bool may_be_real() const {
    return (kinds & (batch::tag_bit(batch::Tag::Real) | batch::tag_bit(batch::Tag::BigNumber))) !=
           0;
  }
};

class TableFacts {
 public:
  // Knows nothing of damaged batches: planning goes on, and reading them reports the damage under
  // its own code, which SQLite keeps for errors of running statements only.
  const PathFacts& of(const std::shared_ptr<store::Snapshot>& snapshot, const Path& path);

 private:
  std::weak_ptr<store::Snapshot> snapshot_;
  std::map<std::string, PathFacts> known_;  // by path text
};

}  // namespace arbors::ext
