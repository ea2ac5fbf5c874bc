// ARBORS_KERNEL marks a hot function that is compiled twice, for AVX2 and for any x86-64, between
// which the loader chooses: 1.4 times as fast for bit packing, 1.7 times for decimals. Sanitizers
// cannot run before that choice, so they get the plain one.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define ARBORS_KERNEL __attribute__((target_clones("avx2", "default")))
#else
#define ARBORS_KERNEL
#endif
