// Times what a query does with columns: decoding, gathering, rebuilding trees. The events are made
// up in the manner of a social network's stream: nested records, skewed values.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/columns/column_vector.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/batch/columns/statistics_maker.h"
#include "engine/batch/trees/tree_writer.h"
#include "engine/batch/vectors/vector_ops.h"

namespace arbors::batch {
namespace {

constexpr std::uint32_t kRows = 16384;

ColumnBuffer integer_column(unsigned null_of) {
  std::mt19937 random(1);
  ColumnBuffer buffer;
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const bool null = null_of != 0 && random() % null_of == 0;
    buffer.tags.push_back(static_cast<std::uint8_t>(null ? Tag::Null : Tag::Integer));
    if (!null) buffer.integers.push_back(random() % 5000);
  }
  return buffer;
}

void decode(benchmark::State& state, const ColumnBuffer& buffer) {
  EncodedColumn encoded;
  encode_column(buffer, encoded);
  for (auto _ : state) benchmark::DoNotOptimize(decode_column(encoded.data, kRows, 1));
}

void decode_integers(benchmark::State& state) { decode(state, integer_column(0)); }
BENCHMARK(decode_integers);

void decode_nullable_integers(benchmark::State& state) { decode(state, integer_column(10)); }
BENCHMARK(decode_nullable_integers);

void study_integers(benchmark::State& state) {
  const ColumnBuffer buffer = integer_column(0);
  for (auto _ : state) benchmark::DoNotOptimize(compute_statistics(buffer));
}
BENCHMARK(study_integers);

void gather_integers(benchmark::State& state) {
  const VectorPtr vector = make_vector(integer_column(0));
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < kRows; row += 3) rows.push_back(row);
  for (auto _ : state) benchmark::DoNotOptimize(gather(*vector, rows));
}
BENCHMARK(gather_integers);

std::string event(std::mt19937& random) {
  static const char* const kinds[] = {"post", "like", "follow", "repost"};
  const std::string number = std::to_string(random() % 100000);
  return R"({"did":"did:plc:)" + number + R"(","time_us":17326)" + std::to_string(random()) +
         R"(,"kind":"commit","commit":{"rev":"3l)" + std::to_string(random()) +
         R"(","operation":"create","collection":"app.)" + kinds[random() % 4] + R"(","rkey":"k)" +
         number + R"(","record":{"$type":"app","createdAt":"2024-11-21T16:)" + number +
         R"(Z","subject":{"cid":"bafy)" + number + R"(","uri":"at://)" + number +
         R"("},"langs":["en"],"text":"some \"quoted\" text )" + number + R"("},"cid":"b)" + number +
         "\"}}";
}

struct Events {
  std::shared_ptr<PathDictionary> paths = std::make_shared<PathDictionary>();
  std::shared_ptr<BuiltBatch> built;
  std::size_t bytes = 0;

  Events() {
    std::mt19937 random(1);
    std::vector<std::string> texts;
    for (std::uint32_t row = 0; row < kRows; ++row) texts.push_back(event(random));
    for (const std::string& text : texts) bytes += text.size();
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    built = std::make_shared<BuiltBatch>(build_batch(views, *paths));
  }
};

void write_trees(benchmark::State& state) {
  const Events events;
  MemoryBatch batch(events.built, events.paths);
  std::string text;
  TreeWriter writer(batch);
  for (auto _ : state) {
    text.clear();
    for (std::uint32_t row = 0; row < kRows; ++row) writer.write_tree(row, text);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(events.bytes * state.iterations()));
}
BENCHMARK(write_trees)->Unit(benchmark::kMillisecond);

void encode_events(benchmark::State& state) {
  const Events events;
  std::size_t bytes = 0;
  for (auto _ : state) {
    EncodedColumn encoded;
    bytes = 0;
    for (const ColumnBuffer& buffer : events.built->columns) {
      encode_column(buffer, encoded);
      bytes += encoded.data.size() + encoded.stats.size();
    }
  }
  state.counters["ratio"] = static_cast<double>(bytes) / static_cast<double>(events.bytes);
  state.SetBytesProcessed(static_cast<std::int64_t>(events.bytes * state.iterations()));
}
BENCHMARK(encode_events)->Unit(benchmark::kMillisecond);

void study_events(benchmark::State& state) {
  const Events events;
  for (auto _ : state)
    for (const ColumnBuffer& buffer : events.built->columns)
      benchmark::DoNotOptimize(compute_statistics(buffer));
}
BENCHMARK(study_events)->Unit(benchmark::kMillisecond);

void decode_events(benchmark::State& state) {
  const Events events;
  std::vector<EncodedColumn> encoded(events.built->columns.size());
  for (std::size_t i = 0; i < encoded.size(); ++i)
    encode_column(events.built->columns[i], encoded[i]);
  for (auto _ : state)
    for (std::size_t i = 0; i < encoded.size(); ++i)
      benchmark::DoNotOptimize(decode_column(
          encoded[i].data, static_cast<std::uint32_t>(events.built->columns[i].tags.size()),
          events.paths->size()));
}
BENCHMARK(decode_events)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace arbors::batch
