// Damaged bytes: every stream is cut, extended and altered at random places thousands of times. A
// decoder may report corruption or return other values; sanitizers watch for everything else.
#include <cstdlib>
#include <new>
#include <random>

#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/reals/reals.h"
#include "engine/codec/texts/strings.h"
#include "tests/unit/catch.h"
#include "tests/unit/codec/samples.h"
#include "tests/unit/codec/text_samples.h"

namespace arbors::codec {
namespace {

Bytes damaged(const Bytes& stream, std::mt19937_64& random) {
  Bytes out = stream;
  switch (random() % 4) {
    case 0:
      out.resize(random() % (out.size() + 1));
      break;
    case 1:
      for (std::size_t more = random() % 9; more > 0; --more)
        out.push_back(static_cast<std::uint8_t>(random()));
      break;
    default:
      for (std::size_t times = 1 + random() % 4; times > 0 && !out.empty(); --times) {
        // Prefers the front, where the layouts keep what they believe.
        const std::size_t reach =
            random() % 2 == 0 ? std::min<std::size_t>(out.size(), 40) : out.size();
        out[random() % reach] = random() % 3 == 0 ? 0xff : static_cast<std::uint8_t>(random());
      }
  }
  return out;
}

// Decodes damaged copies; returns how many were reported as corrupt.
template <typename Decode>
std::size_t survive(const Bytes& stream, std::size_t times, Decode decode) {
  std::mt19937_64 random(stream.size());
  std::size_t reported = 0;
  for (std::size_t i = 0; i < times; ++i) {
    try {
      decode(damaged(stream, random));
    } catch (const Error& error) {
      REQUIRE(error.code() == ErrorCode::Corrupt);
      ++reported;
    }
  }
  return reported;
}

// One in 40, the last among them.
std::vector<std::uint32_t> some_places(std::size_t count) {
  std::vector<std::uint32_t> places;
  for (std::size_t i = 0; i < count; ++i)
    if (i % 40 == 7 || i + 1 == count) places.push_back(static_cast<std::uint32_t>(i));
  return places;
}

template <typename T>
struct Count : Sink<T> {
  std::size_t count = 0;
  bool values(std::span<const T> next) override {
    count += next.size();
    return true;
  }
};

template <typename T>
void damage_integers() {
  std::size_t reported = 0;
  for (const auto& [name, values] : samples::integers<T>()) {
    if (values.size() > 5000) continue;
    INFO(name);
    const auto facts = study<T>(values);
    std::vector<T> back(values.size());
    for (const auto& codec : integer_codecs<T>()) {
      if (codec.estimate(facts) == kUnfit) continue;
      Bytes stream;
      encode_with(codec, std::span<const T>(values), facts, stream);
      reported += survive(stream, 60,
                          [&](const Bytes& bytes) { decode_stream<T>(bytes, std::span<T>(back)); });
      survive(stream, 60, [count = values.size()](const Bytes& bytes) {
        Count<T> sink;
        walk_stream<T>(bytes, count, sink);
        CHECK(sink.count == count);
      });
      survive(stream, 60, [count = values.size()](const Bytes& bytes) {
        const std::vector<std::uint32_t> places = some_places(count);
        std::vector<T> picked(places.size());
        pick_stream<T>(bytes, count, places, picked);
      });
      if constexpr (std::is_same_v<T, std::uint32_t>)
        survive(stream, 60, [count = values.size()](const Bytes& bytes) {
          const std::vector<std::uint32_t> places = some_places(count);
          std::vector<T> codes(places.size()), ranks(places.size());
          rank_codes(bytes, count, places, 0xFF, codes, ranks);
          for (std::size_t i = 0; i < places.size(); ++i) CHECK(ranks[i] <= places[i]);
        });
    }
  }
  CHECK(reported > 1000);
}

TEST_CASE("damaged integers are reported or differ", "[codec]") { damage_integers<std::int64_t>(); }
TEST_CASE("damaged codes are reported or differ", "[codec]") { damage_integers<std::uint32_t>(); }

TEST_CASE("damaged reals are reported or differ", "[codec]") {
  std::vector<double> values(1500), back(1500);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] =
        i % 30 == 4 ? 0.1 / 3 * static_cast<double>(i) : static_cast<double>(i * i % 977) / 100;
  for (const auto& codec : real_codecs()) {
    Bytes stream;
    encode_with(codec, values, stream);
    CHECK(survive(stream, 2000, [&](const Bytes& bytes) { decode_reals(bytes, back); }) > 200);
    survive(stream, 500, [](const Bytes& bytes) {
      const std::vector<std::uint32_t> places = some_places(1500);
      std::vector<double> picked(places.size());
      pick_reals(bytes, 1500, places, picked);
    });
  }
}

void check_sound(const StringPool& pool, std::size_t count) {
  REQUIRE(pool.offsets.front() == 0);
  REQUIRE(pool.offsets.back() == pool.heap.size());
  REQUIRE(std::is_sorted(pool.offsets.begin(), pool.offsets.end()));
  REQUIRE((pool.dictionary ? pool.codes.size() : pool.entries()) == count);
  for (const std::uint32_t code : pool.codes) REQUIRE(code < pool.entries());
}

TEST_CASE("damaged strings are reported or differ, in bounded memory", "[codec]") {
  std::size_t reported = 0;
  for (const auto& [name, texts] : samples::texts()) {
    INFO(name);
    const std::vector<std::string_view> values(texts.begin(), texts.end());
    const std::size_t count = values.size();
    std::vector<Bytes> streams(1);
    encode_strings(values, streams[0]);
    for (const auto& codec : string_codecs()) {
      Bytes stream;
      if (encode_with(codec, values, stream)) streams.push_back(std::move(stream));
    }
    for (const Bytes& stream : streams)
      reported += survive(stream, count > 1000 ? 40 : 200, [&](const Bytes& bytes) {
        StringPool pool;
        decode_strings(bytes, count, pool);
        check_sound(pool, count);
        REQUIRE(pool.heap.size() <= bytes.size() * 1000 + count * 600);
      });
    for (const Bytes& stream : streams)
      survive(stream, count > 1000 ? 40 : 200, [&](const Bytes& bytes) {
        const std::vector<std::uint32_t> places = some_places(count);
        StringPool pool;
        pick_strings(bytes, count, places, pool);
        check_sound(pool, places.size());
      });
  }
  CHECK(reported > 1000);
}

}  // namespace
}  // namespace arbors::codec
