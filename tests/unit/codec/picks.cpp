// Values at some places of a stream are those that decoding all of it gives, in every encoding.
#include <random>
#include <set>
#include <string_view>

#include "engine/base/error.h"
#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/reals/reals.h"
#include "engine/codec/streams/streams.h"
#include "engine/codec/texts/strings.h"
#include "tests/unit/catch.h"
#include "tests/unit/codec/samples.h"
#include "tests/unit/codec/text_samples.h"

namespace arbors::codec {
namespace {

using PlaceList = std::vector<std::uint32_t>;

// None, the first, the last, some, all of a block, all.
std::vector<PlaceList> places_in(std::size_t count) {
  std::mt19937 random(3);
  std::vector<PlaceList> lists{{}};
  if (count == 0) return lists;
  lists.push_back({0});
  lists.push_back({static_cast<std::uint32_t>(count - 1)});
  for (const unsigned one_in : {1000U, 50U, 7U, 1U}) {
    PlaceList& some = lists.emplace_back();
    for (std::uint32_t i = 0; i < count; ++i)
      if (random() % one_in == 0) some.push_back(i);
  }
  return lists;
}

template <typename T>
std::vector<T> at_places(const std::vector<T>& values, const PlaceList& places) {
  std::vector<T> some;
  for (const std::uint32_t place : places) some.push_back(values[place]);
  return some;
}

// Whether the stream says its runs, which then are its values.
template <typename T>
bool check_runs(ByteSpan stream, const std::vector<T>& values) {
  std::vector<Run<T>> runs;
  if (!read_runs<T>(stream, values.size(), runs)) return false;
  std::vector<T> all;
  for (const Run<T>& run : runs) all.insert(all.end(), run.length, run.value);
  CHECK(all == values);
  return true;
}

template <typename T>
void check_integers() {
  std::set<std::string_view> with_runs;
  for (const auto& [name, values] : samples::integers<T>()) {
    const auto facts = study<T>(values);
    for (const auto& codec : integer_codecs<T>()) {
      if (codec.estimate(facts) == kUnfit) continue;
      INFO(name << " as " << codec.name);
      Bytes stream;
      encode_with(codec, std::span<const T>(values), facts, stream);
      if (check_runs(stream, values)) with_runs.insert(codec.name);
      for (const PlaceList& places : places_in(values.size())) {
        std::vector<T> picked(places.size());
        pick_stream<T>(stream, values.size(), places, picked);
        CHECK(picked == at_places(values, places));
      }
    }
  }
  CHECK(with_runs == std::set<std::string_view>{"patched", "run length"});
}

TEST_CASE("integers are picked out of every encoding", "[codec]") {
  check_integers<std::int64_t>();
}
TEST_CASE("codes are picked out of every encoding", "[codec]") { check_integers<std::uint32_t>(); }

TEST_CASE("reals are picked out of every encoding", "[codec]") {
  std::mt19937_64 random(5);
  std::vector<double> values(3000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = i % 97 == 0 ? 1.0 / 3 : static_cast<double>(random() % 100000) / 100;
  for (const auto& codec : real_codecs()) {
    INFO(codec.name);
    Bytes stream;
    encode_with(codec, values, stream);
    for (const PlaceList& places : places_in(values.size())) {
      std::vector<double> picked(places.size());
      pick_reals(stream, values.size(), places, picked);
      CHECK(picked == at_places(values, places));
    }
  }
}

void check_texts(const StringPool& pool, const std::vector<std::string>& texts,
                 const PlaceList& places) {
  REQUIRE(pool.offsets.back() == pool.heap.size());
  REQUIRE((pool.dictionary ? pool.codes.size() : pool.entries()) == places.size());
  for (std::size_t i = 0; i < places.size(); ++i)
    if (pool.value(i) != texts[places[i]]) FAIL("value " << places[i] << " differs");
}

TEST_CASE("strings are picked out of every encoding", "[codec]") {
  for (const auto& [name, texts] : samples::texts()) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    for (const auto& codec : string_codecs()) {
      INFO(name << " as " << codec.name);
      Bytes list;
      if (!encode_with(codec, views, list)) continue;
      for (const PlaceList& places : places_in(texts.size())) {
        StringPool pool;
        pick_list(list, texts.size(), places, pool);
        check_texts(pool, texts, places);
      }
    }
    Bytes stream;
    encode_strings(views, stream);
    for (const PlaceList& places : places_in(texts.size())) {
      StringPool pool;
      pick_strings(stream, texts.size(), places, pool);
      check_texts(pool, texts, places);
      for (std::size_t i = 1; pool.dictionary && i < pool.entries(); ++i)
        CHECK(pool.entry(i - 1) < pool.entry(i));
    }
  }
}

TEST_CASE("picking from damaged streams fails or gives other values", "[codec]") {
  std::mt19937 random(8);
  for (const auto& [name, texts] : samples::texts()) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    Bytes stream;
    encode_strings(views, stream);
    for (unsigned round = 0; round < 30; ++round) {
      Bytes damaged = stream;
      damaged[random() % damaged.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
      for (const PlaceList& places : places_in(texts.size())) {
        StringPool pool;
        try {
          pick_strings(damaged, texts.size(), places, pool);
          CHECK(pool.offsets.back() == pool.heap.size());
        } catch (const Error& error) {
          CHECK(error.code() == ErrorCode::Corrupt);
        }
      }
    }
  }
}

}  // namespace
}  // namespace arbors::codec
