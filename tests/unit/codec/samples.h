// Streams of integers that provoke every encoding, and the odd corners of each; deterministic.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace arbors::codec::samples {

template <typename T>
struct Stream {
  std::string name;
  std::vector<T> values;
};

template <typename T>
std::vector<Stream<T>> integers() {
  constexpr T kMin = std::numeric_limits<T>::min(), kMax = std::numeric_limits<T>::max();
  std::mt19937_64 random(7);
  std::vector<Stream<T>> streams{{"empty", {}},
                                 {"one", {T(42)}},
                                 {"least", {kMin}},
                                 {"greatest", {kMax}},
                                 {"extremes", {kMin, kMax, 0, kMax, kMin}},
                                 {"two equal", {T(9), T(9)}}};
  const auto add = [&](std::string name, std::size_t count, auto make) {
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(make(i));
    streams.push_back({name + " x" + std::to_string(count), std::move(values)});
  };
  for (const std::size_t count : {7, 63, 1023, 1024, 1025, 5000, 16384}) {
    add("constant", count, [](std::size_t) { return kMax; });
    add("alternating extremes", count, [](std::size_t i) { return i % 2 ? kMin : kMax; });
    add("ascending", count, [](std::size_t i) { return 1000 + i * 3; });
    add("descending", count, [](std::size_t i) { return kMax - i; });
    add("timestamps", count,
        [&, now = std::uint64_t{1600000000}](std::size_t) mutable { return now += random() % 5; });
    add("runs", count, [](std::size_t i) { return (i / 50) * 7919 % 100; });
    add("outliers", count,
        [&](std::size_t) { return random() % 100 == 0 ? random() : random() % 64; });
    add("one and exceptions", count, [](std::size_t i) { return i % 61 == 60 ? i % 9 : 7; });
    add("few and wide", count, [&](std::size_t) { return (random() % 20) * 0x123456789abcdefULL; });
    add("any", count, [&](std::size_t) { return random(); });
    for (const unsigned width : {1, 2, 5, 8, 13, 17, 31, 32, 33, 50, 57, 60, 63})
      add("width " + std::to_string(width), count,
          [&](std::size_t) { return random() >> (64 - width); });
  }
  return streams;
}

}  // namespace arbors::codec::samples
