#include "sql/tables/row_seal.h"

#include <xxhash.h>

#include "engine/base/checksum.h"
#include "sql/access/sqlite.h"

namespace arbors::store {

// Each value is hashed under the sum of those before it, so that their bounds count as well, and
// under SQLite's number for its type.
RowSeal& RowSeal::add(int type, const void* bytes, std::size_t size) {
  constexpr std::size_t kShort = 240;  // up to here XXH3 has nothing for wide words to do
  const std::uint64_t seed = sum_ + static_cast<unsigned>(type);
  sum_ = size <= kShort ? XXH3_64bits_withSeed(size == 0 ? "" : bytes, size, seed)
                        : checksum({static_cast<const std::uint8_t*>(bytes), size}, seed);
  return *this;
}

RowSeal& RowSeal::add(std::int64_t value) { return add(SQLITE_INTEGER, &value, sizeof value); }
RowSeal& RowSeal::add(std::string_view text) { return add(SQLITE_TEXT, text.data(), text.size()); }
RowSeal& RowSeal::add(ByteSpan blob) { return add(SQLITE_BLOB, blob.data(), blob.size()); }
RowSeal& RowSeal::add_null() { return add(SQLITE_NULL, nullptr, 0); }

RowSeal& RowSeal::add(const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return add_null();
    case ValueKind::Integer:
      return add(value.integer);
    case ValueKind::Real:
      return add(SQLITE_FLOAT, &value.real, sizeof value.real);
    case ValueKind::Blob:
      return add(SQLITE_BLOB, value.text.data(), value.text.size());
    default:
      return add(std::string_view(value.text));
  }
}

RowSeal& RowSeal::add(const Statement::Use::Cell& cell) {
  switch (cell.type()) {
    case SQLITE_INTEGER:
      return add(cell.integer());
    case SQLITE_NULL:
      return add_null();
    case SQLITE_BLOB:
      return add(cell.blob());
    default:
      return add(cell.value());
  }
}

}  // namespace arbors::store
