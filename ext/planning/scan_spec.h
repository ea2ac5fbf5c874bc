// What one scan of a table does on SQLite's behalf: agreed in xBestIndex, carried to xFilter as
// readable words (idxStr, shown by EXPLAIN QUERY PLAN), read back there.
//
//   spec     := part ('; ' part)*  |  'all rows'
//   part     := ('look up ' | 'walk ') column ' by index'
//             | ('filter ' | 'prefilter ') term (' and ' term)*
//             | ('order by ' | 'group by ' | 'distinct ') key (', ' key)*
//             | 'limit ?N' [' offset ?N' | ' skip ?N']
//   term     := column ' ' operator ' ?N' [' collate ' name]
//             | column ' is null' | column ' is not null'
//   key      := column [' desc']
//   column   := '"' name, a quote doubled, '"' | 'rowid'
//
// `filter` terms are exact: SQLite does not check them again. `prefilter` terms admit a superset.
// `look up`: the rows are found by the kept-up index of that column's path and the terms on it.
// `walk`: they are taken from it in the order of its keys, which the scan's order begins with.
// `distinct`: one row of those that agree on all keys, which are all columns that the query reads.
// `limit` and `offset` say how many rows SQLite will take, which is a hint; `skip` is left to the
// scan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"

namespace arbors::ext {

enum class TermOp : std::uint8_t {
  Equal,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  NotEqual,
  Is,
  IsNot,
  In,
  Like,
  Glob,
  Match,
  IsNull,
  IsNotNull,
};

struct Term {
  std::string column;
  TermOp op = TermOp::Equal;
  int argument = 0;  // 1-based; 0 where the operator takes none
  bool exact = false;
  Collation collation = Collation::Binary;

  bool operator==(const Term&) const = default;
};

struct OrderKey {
  std::string column;
  bool descending = false;

  bool operator==(const OrderKey&) const = default;
};

struct ScanSpec {
  enum class Order : std::uint8_t { None, Sorted, Grouped, Distinct };

  std::string indexed;  // the column whose index is used; empty: none
  bool walked = false;  // in its order; else it is looked up
  std::vector<Term> terms;
  Order order = Order::None;
  std::vector<OrderKey> keys;
  int limit = 0;  // arguments, 1-based; 0: none
  int offset = 0;
  bool skip = false;  // the scan leaves the rows before the offset out

  bool operator==(const ScanSpec&) const = default;
};

std::string to_text(const ScanSpec& spec);

// Reads what to_text wrote; throws Error{Invalid} on anything else.
ScanSpec parse_scan_spec(std::string_view text);

}  // namespace arbors::ext
