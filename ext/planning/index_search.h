// What a scan looks up in a kept-up index: from the conditions on its column to ranges of keys.
// They admit a superset, whatever affinity the right sides have; the conditions are checked
// afterwards.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/value.h"
#include "ext/planning/scan_spec.h"
#include "sql/tables/path_index.h"

namespace arbors::ext {

// A condition of a column with its right side; an IN has one for each member.
struct KeyCondition {
  TermOp op = TermOp::Equal;
  bool exact = false;
  std::vector<Value> rights;
};

// Tells whether an index can answer the operator, under BINARY.
bool is_index_op(TermOp op);

// The ranges that hold the keys of every row that meets all conditions; nullopt where they are not
// plain. The first equality decides alone.
std::optional<std::vector<store::KeyRange>> key_ranges(Affinity column,
                                                       const std::vector<KeyCondition>& conditions);

// The ranges, ascending and apart, that hold the values of every row which meets all conditions,
// for a walk in the order of values: a text that reads as a number comes where the text does.
// `numeric_texts`: there may be such.
std::vector<store::KeyRange> value_ranges(Affinity column,
                                          const std::vector<KeyCondition>& conditions,
                                          bool numeric_texts);

}  // namespace arbors::ext
