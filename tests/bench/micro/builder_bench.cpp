// Measures the way of JSON text into columns on one thread, reading excluded. The text is the file
// that ARBORS_BENCH_FILE names (decompressed where need be), or event-like lines made here.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <vector>

#include "engine/batch/build/batch_builder.h"
#include "engine/json/input/document_splitter.h"

namespace arbors::batch {
namespace {

std::string made_events() {
  std::string text;
  std::uint64_t random = 42;
  const auto next = [&random] { return random = random * 6364136223846793005U + 1; };
  for (int i = 0; i < 50000; ++i) {
    text += R"({"did":"did:plc:)" + std::to_string(next()) + R"(","time_us":)" +
            std::to_string(1732206349000000 + i * 977) + R"(,"kind":"commit","commit":{"rev":")" +
            std::to_string(next()) + R"(","operation":"create","collection":"app.feed.)" +
            (i % 3 == 0 ? "post" : "like") + R"(","record":{"$type":"like","subject":{"cid":")" +
            std::to_string(next()) + R"(","uri":"at://)" + std::to_string(next()) + "\"}}}}\n";
  }
  return text;
}

void build_batches(benchmark::State& state) {
  const std::string made = made_events();
  const char* file = std::getenv("ARBORS_BENCH_FILE");
  const auto input = file != nullptr ? json::open_file(file) : json::open_memory(made);
  json::DocumentSplitter splitter(*input);
  std::vector<json::Slice> slices;
  while (auto slice = splitter.next()) slices.push_back(std::move(*slice));
  for (auto _ : state) {
    PathDictionary dictionary;
    SharedPaths paths(dictionary);
    for (json::Slice& slice : slices) {
      BatchBuilder builder;
      builder.add_slice(slice, BatchBuilder::OnError::Skip);
      benchmark::DoNotOptimize(builder.finish(paths, slice.number()));
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(splitter.bytes() * state.iterations()));
}
BENCHMARK(build_batches)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace arbors::batch
