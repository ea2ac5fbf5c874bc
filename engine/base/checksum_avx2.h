// checksum() for processors with AVX2, which the caller makes sure of. Compiled alone and for these
// processors, so it includes nothing whose functions other sources share.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#define ARBORS_CHECKSUM_AVX2
std::uint64_t arbors_checksum_avx2(const void* bytes, std::size_t size, std::uint64_t seed);
#endif
