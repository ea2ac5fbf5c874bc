#include "engine/base/checksum_avx2.h"

#ifdef ARBORS_CHECKSUM_AVX2

#define XXH_INLINE_ALL
#include <xxhash.h>

std::uint64_t arbors_checksum_avx2(const void* bytes, std::size_t size, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

#endif
