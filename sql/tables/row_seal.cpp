#include "sql/tables/row_seal.h"

#include <xxhash.h>

namespace arbors::store {

// Each value is hashed under the sum of those before it, so that their bounds count as well.
RowSeal& RowSeal::add(const void* bytes, std::size_t size) {
  sum_ = XXH3_64bits_withSeed(size == 0 ? "" : bytes, size, sum_);
  return *this;
}

RowSeal& RowSeal::add(std::int64_t value) { return add(&value, sizeof value); }
RowSeal& RowSeal::add(std::string_view bytes) { return add(bytes.data(), bytes.size()); }
RowSeal& RowSeal::add(ByteSpan bytes) { return add(bytes.data(), bytes.size()); }

}  // namespace arbors::store
