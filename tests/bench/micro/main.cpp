// The entry of the micro benchmarks; each file beside this one adds its own.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
