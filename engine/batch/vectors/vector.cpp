#include "engine/batch/vectors/vector.h"

namespace arbors::batch {
namespace {

std::size_t pool_memory(const std::shared_ptr<const TextPool>& pool) {
  return pool ? pool->heap.capacity() + pool->offsets.capacity() * sizeof(std::uint32_t) : 0;
}

}  // namespace

std::string_view Vector::text(std::size_t row) const {
  switch (tag(row)) {
    case Tag::String:
      return (*strings)[codes[row]];
    case Tag::BigNumber:
      return (*big_numbers)[codes[row]];
    case Tag::Opaque:
      return (*opaque)[codes[row]];
    default:
      return {};
  }
}

std::size_t Vector::memory() const {
  std::size_t bytes = sizeof(Vector) + tags.capacity();
  bytes += integers.capacity() * sizeof(std::int64_t) + reals.capacity() * sizeof(double);
  bytes += codes.memory() + starts.capacity() * sizeof(std::uint32_t);
  return bytes + pool_memory(strings) + pool_memory(big_numbers) + pool_memory(opaque);
}

}  // namespace arbors::batch
