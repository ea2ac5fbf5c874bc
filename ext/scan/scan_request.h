// What one xFilter asks: the words agreed in xBestIndex with their columns found, once for as long
// as they stay the same, and SQLite's arguments, each converted once. Search, plan and cursor read
// this, and no raw argument.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"
#include "ext/planning/scan_spec.h"
#include "ext/table/arbor_table.h"

namespace arbors::ext {

enum class ColumnKind : std::uint8_t { Data, Rowid, Position, Generation, Match };

struct FoundColumn {
  ColumnKind kind = ColumnKind::Data;
  const TableColumn* data = nullptr;  // null where it is no column of data
};

FoundColumn find_column(const ArborTable& table, const std::string& name);

// What stands right of an operator: nothing, a value, or the members of a list.
class RightSide {
 public:
  // Converts a value. The members of a list are converted when they are first asked for, while
  // xFilter lasts: a scan whose rows are known already does not look at them.
  void bind(TermOp op, sqlite3_value* argument);

  const Value& value() const { return values_.front(); }
  const std::vector<Value>& values() const;

 private:
  mutable std::vector<Value> values_;
  mutable sqlite3_value* unread_ = nullptr;  // a list
};

// A term with its column and its right side.
struct Condition {
  TermOp op = TermOp::Equal;
  bool exact = false;
  Collation collation = Collation::Binary;
  int argument = 0;  // as in Term
  FoundColumn column;
  RightSide right;

  bool is_on(const TableColumn* data) const { return data != nullptr && column.data == data; }
};

// The generation that a scan asks for.
struct AskedGeneration {
  bool none = false;                   // asked for NULL, which no generation equals
  std::optional<std::int64_t> number;  // nullopt: the current one
};

class ScanRequest {
 public:
  using ColumnFinder = std::function<FoundColumn(const std::string& name)>;

  ScanRequest() = default;
  ScanRequest(const ScanSpec& spec, const ColumnFinder& find);

  // Puts the arguments in. Throws Error{Invalid} for a MATCH of what is no text.
  void bind(std::span<sqlite3_value*> arguments);

  const std::vector<Condition>& conditions() const { return conditions_; }
  // The column whose index is used, looked up or walked in its order; null: none.
  const TableColumn* indexed() const { return indexed_; }
  bool looks_up() const { return indexed_ != nullptr && !walked_; }
  bool walks() const { return indexed_ != nullptr && walked_; }
  // What SQLite leaves to the scan of ORDER BY, GROUP BY or DISTINCT.
  const std::optional<plan::Sort>& order() const { return order_; }

  // The right sides of the conditions that have these arguments.
  std::vector<Value> values_of(std::span<const int> arguments) const;
  // Throws Error{Invalid} where it is neither an integer nor NULL.
  AskedGeneration generation() const;
  // How many rows SQLite will take at most, as its LIMIT says; 0 where it does not.
  std::uint64_t expected_rows() const;
  // The rows before an OFFSET that is left to the scan.
  std::optional<std::uint64_t> skipped_rows() const;
  bool skips() const { return skips_; }

 private:
  std::vector<Condition> conditions_;
  const TableColumn* indexed_ = nullptr;
  bool walked_ = false;
  std::optional<plan::Sort> order_;
  int limit_argument_ = 0, offset_argument_ = 0;
  Value limit_, offset_;
  bool skips_ = false;
};

// A request without arguments, and the words that it was read from.
struct ReadScan {
  std::string words;
  ScanRequest request;
};

}  // namespace arbors::ext
