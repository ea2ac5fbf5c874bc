#include "engine/base/checksum.h"

#include <xxhash.h>

#include "engine/base/checksum_avx2.h"

namespace arbors {

std::uint64_t checksum(ByteSpan bytes, std::uint64_t seed) {
#ifdef ARBORS_CHECKSUM_AVX2
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) return arbors_checksum_avx2(bytes.data(), bytes.size(), seed);
#endif
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace arbors
