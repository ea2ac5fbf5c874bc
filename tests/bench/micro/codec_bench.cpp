// Measures encoding and decoding of typical streams, with bytes per value beside plain and zstd -3:
//   ninja arbors_bench && ./arbors_bench
#include <benchmark/benchmark.h>
#include <zstd.h>

#include <random>
#include <string>

#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/streams/streams.h"
#include "engine/codec/texts/strings.h"
#include "tests/unit/codec/text_samples.h"

namespace {

using namespace arbors;
using namespace arbors::codec;

constexpr std::size_t kCount = 16384;

template <typename T>
struct Case {
  std::string name;
  std::vector<T> values;
};

template <typename T, typename Make>
Case<T> make_case(std::string name, Make make) {
  std::vector<T> values(kCount);
  for (std::size_t i = 0; i < kCount; ++i) values[i] = static_cast<T>(make(i));
  return {std::move(name), std::move(values)};
}

double zstd_share(const void* data, std::size_t size) {
  Bytes room(ZSTD_compressBound(size));
  return static_cast<double>(ZSTD_compress(room.data(), room.size(), data, size, 3)) /
         static_cast<double>(size);
}

void report(benchmark::State& state, std::size_t values, std::size_t plain, std::size_t encoded,
            double zstd) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * values));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * plain));
  state.counters["bytes/value"] = static_cast<double>(encoded) / static_cast<double>(values);
  state.counters["of_plain"] = static_cast<double>(encoded) / static_cast<double>(plain);
  state.counters["zstd3_of_plain"] = zstd;
}

template <typename T, typename Encode, typename Decode>
void add(const Case<T>& stream, Encode encode, Decode decode) {
  Bytes bytes;
  encode(stream.values, bytes);
  const std::size_t plain = stream.values.size() * sizeof(T);
  const double zstd = zstd_share(stream.values.data(), plain);
  benchmark::RegisterBenchmark(("encode " + stream.name).c_str(), [=](benchmark::State& state) {
    for (auto _ : state) {
      Bytes out;
      encode(stream.values, out);
      benchmark::DoNotOptimize(out.data());
    }
    report(state, stream.values.size(), plain, bytes.size(), zstd);
  });
  benchmark::RegisterBenchmark(("decode " + stream.name).c_str(), [=](benchmark::State& state) {
    std::vector<T> out(stream.values.size());
    for (auto _ : state) {
      decode(bytes, std::span<T>(out));
      benchmark::DoNotOptimize(out.data());
    }
    report(state, stream.values.size(), plain, bytes.size(), zstd);
  });
}

std::string encoding_name(const Bytes& stream) {
  for (const auto& codec : string_codecs())
    if (codec.number == stream[0]) return std::string(codec.name);
  return "dictionary";
}

void add_strings(const std::string& name, const std::vector<std::string>& texts) {
  const std::vector<std::string_view> values(texts.begin(), texts.end());
  std::string heap;
  for (const auto& text : texts) heap += text;
  Bytes bytes;
  encode_strings(values, bytes);
  const double zstd = zstd_share(heap.data(), heap.size());
  std::string as = name + " " + encoding_name(bytes);
  benchmark::RegisterBenchmark(("encode " + as).c_str(), [=](benchmark::State& state) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    for (auto _ : state) {
      Bytes out;
      encode_strings(views, out);
      benchmark::DoNotOptimize(out.data());
    }
    report(state, texts.size(), heap.size(), bytes.size(), zstd);
  });
  benchmark::RegisterBenchmark(("decode " + as).c_str(), [=](benchmark::State& state) {
    StringPool out;
    for (auto _ : state) {
      decode_strings(bytes, texts.size(), out);
      benchmark::DoNotOptimize(out.heap.data());
    }
    report(state, texts.size(), heap.size(), bytes.size(), zstd);
  });
}

void add_all() {
  std::mt19937_64 random(1);
  const auto ints = [&](std::string name, auto make) {
    add(make_case<std::int64_t>("ints " + name, make), encode_ints, decode_ints);
  };
  ints("constant", [](std::size_t) { return 5; });
  ints("runs", [](std::size_t i) { return i / 100 % 9; });
  ints("7 bits", [&](std::size_t) { return random() % 128; });
  ints("20 bits", [&](std::size_t) { return random() % (1 << 20); });
  ints("40 bits", [&](std::size_t) { return random() % (1LL << 40); });
  ints("timestamps", [&, now = 1600000000000LL](std::size_t) mutable {
    return now += static_cast<long long>(random() % 100);
  });
  ints("outliers",
       [&](std::size_t i) { return i % 60 == 0 ? random() % 100000000 : random() % 16; });
  ints("few and wide", [&](std::size_t) { return random() % 30 * 0x123456789abULL; });
  ints("noise", [&](std::size_t) { return random(); });
  for (const unsigned width : {1, 4, 9, 14})
    add(make_case<std::uint32_t>("codes " + std::to_string(width) + " bits",
                                 [&](std::size_t) { return random() >> (64 - width); }),
        encode_codes, decode_codes);
  add(make_case<std::uint8_t>("tags", [&](std::size_t) { return random() % 3; }), encode_tags,
      decode_tags);
  add(make_case<double>("reals prices",
                        [&](std::size_t) { return static_cast<double>(random() % 100000) / 100; }),
      encode_reals, decode_reals);
  add(make_case<double>("reals noise",
                        [&](std::size_t) { return static_cast<double>(random() >> 11) * 0x1p-53; }),
      encode_reals, decode_reals);
  for (const auto& [name, texts] : samples::texts())
    if (texts.size() == 5000) add_strings(std::string("strings ").append(name), texts);
}

const bool kAdded = (add_all(), true);

}  // namespace
