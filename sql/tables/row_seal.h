// The checksum that stands in a row of X_path, X_segment and X_pending, and over all of X_meta: of
// the table's name and of the row's values in order, its key included, so that a plausible change
// made behind SQLite's back is noticed, and so are rows that were swapped.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace arbors::store {

class RowSeal {
 public:
  explicit RowSeal(std::string_view table) { add(table); }

  RowSeal& add(std::int64_t value);
  RowSeal& add(std::string_view bytes);  // with its length
  RowSeal& add(ByteSpan bytes);

  std::int64_t value() const { return static_cast<std::int64_t>(sum_); }

 private:
  RowSeal& add(const void* bytes, std::size_t size);

  std::uint64_t sum_ = 0;
};

}  // namespace arbors::store
