// Values at some places of a stream are those that decoding all of it gives, in every encoding.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string_view>

#include "engine/base/error.h"
#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/integers/sinks.h"
#include "engine/codec/packing/bits.h"
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

// Takes all values, of runs and exceptions too, until so many have come.
template <typename T>
class Taken : public Sink<T> {
 public:
  explicit Taken(std::size_t most) : most_(most) {}
  bool values(std::span<const T> next) override {
    REQUIRE(next.size() <= kBlockValues);
    REQUIRE(taken.size() < most_);
    taken.insert(taken.end(), next.begin(), next.end());
    return taken.size() < most_;
  }
  std::vector<T> taken;

 private:
  std::size_t most_;
};

// A walk through a stream gives its values, and ends when no more are wanted.
template <typename T>
void check_walk(ByteSpan stream, const std::vector<T>& values) {
  Taken<T> all(values.size() + 1);
  walk_stream<T>(stream, values.size(), all);
  CHECK(all.taken == values);
  Taken<T> half(values.size() / 2 + 1);
  walk_stream<T>(stream, values.size(), half);
  REQUIRE(half.taken.size() >= std::min(values.size(), values.size() / 2 + 1));
  CHECK(std::equal(half.taken.begin(), half.taken.end(), values.begin()));
}

template <typename T>
void check_sums(ByteSpan stream, const std::vector<T>& values, PlaceList places) {
  if (places.empty() || places.back() != values.size())
    places.push_back(static_cast<std::uint32_t>(values.size()));  // all of them
  std::vector<std::uint64_t> sums(places.size(), 1), right;
  std::uint64_t sum = 0;
  for (std::size_t i = 0, next = 0; next < places.size(); ++i) {
    if (places[next] == i) right.push_back(sum), ++next;
    if (i < values.size()) sum += static_cast<std::uint64_t>(values[i]);
  }
  Sums<T> sink(places, sums);
  walk_stream<T>(stream, values.size(), sink);
  CHECK(sums == right);
}

void check_ranks(ByteSpan stream, const std::vector<std::uint32_t>& values,
                 const PlaceList& places) {
  constexpr std::uint32_t kRanked = 1U << 1 | 1U << 7 | 1U << 8 | 1U << 31;
  PlaceList codes(places.size()), ranks(places.size());
  rank_codes(stream, values.size(), places, kRanked, codes, ranks);
  CHECK(codes == at_places(values, places));
  std::map<std::uint32_t, std::uint32_t> counts;
  for (std::size_t i = 0, next = 0; next < places.size(); ++i) {
    const std::uint32_t rank = counts[values[i]]++;
    if (places[next] != i) continue;
    const bool ranked = values[i] < 32 && (kRanked >> values[i] & 1) != 0;
    if (ranks[next++] != (ranked ? rank : 0)) FAIL("the rank of " << i << " differs");
  }
}

template <typename T>
void check_integers() {
  for (const auto& [name, values] : samples::integers<T>()) {
    const auto facts = study<T>(values);
    for (const auto& codec : integer_codecs<T>()) {
      if (codec.estimate(facts) == kUnfit) continue;
      INFO(name << " as " << codec.name);
      Bytes stream;
      encode_with(codec, std::span<const T>(values), facts, stream);
      check_walk(stream, values);
      for (const PlaceList& places : places_in(values.size())) {
        std::vector<T> picked(places.size());
        pick_stream<T>(stream, values.size(), places, picked);
        CHECK(picked == at_places(values, places));
        check_sums(stream, values, places);
        if constexpr (std::is_same_v<T, std::uint32_t>) check_ranks(stream, values, places);
      }
    }
  }
}

TEST_CASE("integers are picked out of every encoding", "[codec]") {
  check_integers<std::int64_t>();
}
TEST_CASE("codes are picked out of every encoding", "[codec]") { check_integers<std::uint32_t>(); }

// A reader takes patches in any order, even several of one value, though no writer of ours makes
// such.
Bytes patched_anyhow(std::size_t count, std::span<const std::uint32_t> positions,
                     std::span<const std::uint32_t> highs, unsigned width) {
  Bytes stream;
  ByteWriter writer(stream);
  writer.u8(5);
  writer.varint(count);
  writer.varint(2);  // base
  writer.u8(static_cast<std::uint8_t>(width));
  writer.varint(positions.size());
  writer.raw(ByteSpan(Bytes(packed_size(count, width), 0x35)));
  encode_nested<std::uint32_t>(positions, 0, stream);
  encode_nested<std::uint32_t>(highs, 0, stream);
  return stream;
}

TEST_CASE("patches may stand in any order", "[codec]") {
  const std::vector<std::uint32_t> positions{900, 17, 2999, 17, 0, 1024, 5},
      highs{3, 1, 4, 1, 5, 6, 5};
  for (const unsigned width : {0U, 1U, 3U}) {
    const Bytes stream = patched_anyhow(3000, positions, highs, width);
    std::vector<std::uint32_t> values(3000);
    decode_codes(stream, values);
    check_walk(stream, values);
    for (PlaceList places : places_in(values.size())) {
      if (places.size() < 10) places = {0, 5, 17, 900, 901, 1024, 2999};
      PlaceList picked(places.size());
      pick_codes(stream, values.size(), places, picked);
      CHECK(picked == at_places(values, places));
      check_sums(stream, values, places);
      check_ranks(stream, values, places);
    }
  }
}

TEST_CASE("values are found among places in whatever order they stand", "[codec]") {
  std::mt19937 random(11);
  for (const std::size_t count : {1U, 5U, 8U, 9U, 300U}) {
    std::set<std::uint32_t> some;
    while (some.size() < count) some.insert(random() % 1000);
    const PlaceList places(some.begin(), some.end());
    PlaceList values(2500);
    for (std::uint32_t& value : values) value = random() % 1000;
    Hits sink(places);
    for (std::size_t at = 0; at < values.size(); at += 500)
      CHECK(sink.values(std::span(values).subspan(at, 500)));
    const std::vector<Hit> hits = sink.take();
    std::size_t next = 0;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      if (some.count(values[i]) == 0) continue;
      REQUIRE(next < hits.size());
      CHECK(hits[next].value == i);
      CHECK(places[hits[next++].place] == values[i]);
    }
    CHECK(next == hits.size());
  }
}

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
