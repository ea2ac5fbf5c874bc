#include "engine/base/checksum.h"

#include <xxhash.h>

#include "engine/base/checksum_avx2.h"

namespace arbors {

std::uint64_t checksum(ByteSpan bytes) {
#ifdef ARBORS_CHECKSUM_AVX2
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) return arbors_checksum_avx2(bytes.data(), bytes.size());
#endif
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace arbors
