// The checksum that stands in a row of X_path, X_segment and X_pending, and over all of X_meta: of
// the table's name and of the row's values in order, its key included, so that a plausible change
// made behind SQLite's back is noticed, and so are rows that were swapped. It covers a value's type
// as well as its content: a 0 that became a NULL reads the same, but is ordered and found
// otherwise.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "sql/access/statement.h"

namespace arbors::store {

class RowSeal {
 public:
  explicit RowSeal(std::string_view table) { add(table); }

  RowSeal& add(std::int64_t value);
  RowSeal& add(std::string_view text);  // with its length
  RowSeal& add(ByteSpan blob);
  RowSeal& add(const Value& value);
  RowSeal& add_null();
  RowSeal& add(const Statement::Use::Cell& cell);  // whatever is there

  std::int64_t value() const { return static_cast<std::int64_t>(sum_); }

 private:
  RowSeal& add(int type, const void* bytes, std::size_t size);

  std::uint64_t sum_ = 0;
};

}  // namespace arbors::store
