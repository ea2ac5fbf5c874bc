// Round trips of integer streams through every encoding, forced and chosen.
#include <limits>

#include "engine/codec/integers/encoding_choice.h"
#include "engine/codec/integers/encodings.h"
#include "engine/codec/streams/streams.h"
#include "tests/unit/catch.h"
#include "tests/unit/codec/samples.h"

namespace arbors::codec {
namespace {

template <typename T>
std::vector<T> decoded(const Bytes& stream, std::size_t count) {
  std::vector<T> out(count);
  decode_stream<T>(stream, std::span<T>(out));
  return out;
}

template <typename T>
void check_chosen_and_forced() {
  for (const auto& [name, values] : samples::integers<T>()) {
    INFO(name);
    Bytes chosen;
    encode_stream<T>(values, chosen);
    CHECK(decoded<T>(chosen, values.size()) == values);
    CHECK(chosen.size() <= values.size() * sizeof(T) + 16);
    const auto facts = study<T>(values);
    for (const auto& codec : integer_codecs<T>()) {
      INFO(codec.name);
      if (codec.estimate(facts) == kUnfit) continue;
      Bytes forced;
      encode_with(codec, std::span<const T>(values), facts, forced);
      CHECK(forced[0] == codec.number);
      CHECK(decoded<T>(forced, values.size()) == values);
    }
  }
}

TEST_CASE("integers survive every encoding", "[codec]") { check_chosen_and_forced<std::int64_t>(); }
TEST_CASE("codes survive every encoding", "[codec]") { check_chosen_and_forced<std::uint32_t>(); }

TEST_CASE("a stream appends to what is there", "[codec]") {
  Bytes out{1, 2, 3};
  encode_ints(std::vector<std::int64_t>{5, 6, 7}, out);
  CHECK(out[0] == 1);
  CHECK(out[2] == 3);
  CHECK(decoded<std::int64_t>(Bytes(out.begin() + 3, out.end()), 3) ==
        std::vector<std::int64_t>{5, 6, 7});
}

TEST_CASE("an estimate is near the size", "[codec]") {
  for (const auto& [name, values] : samples::integers<std::int64_t>()) {
    if (values.size() < 5000) continue;
    const auto facts = study<std::int64_t>(values);
    const auto& codec = choose(facts);
    Bytes out;
    encode_stream<std::int64_t>(values, out);
    INFO(name << " as " << codec.name << ": " << out.size());
    CHECK(static_cast<double>(out.size()) < 1.35 * static_cast<double>(codec.estimate(facts)) + 64);
  }
}

TEST_CASE("another count than was encoded is corruption", "[codec]") {
  Bytes out;
  encode_ints(std::vector<std::int64_t>{1, 2, 3}, out);
  std::vector<std::int64_t> four(4);
  CHECK_THROWS_AS(decode_ints(out, four), Error);
}

TEST_CASE("tags survive and are bounded", "[codec]") {
  for (const std::size_t count : {0, 1, 100, 16384}) {
    std::vector<std::uint8_t> tags(count), back(count);
    for (std::size_t i = 0; i < count; ++i)
      tags[i] = static_cast<std::uint8_t>(i * 2654435761u % 16);
    Bytes out;
    encode_tags(tags, out);
    decode_tags(out, back);
    CHECK(back == tags);
  }
  Bytes out;
  encode_codes(std::vector<std::uint32_t>{3, 16}, out);
  std::vector<std::uint8_t> back(2);
  CHECK_THROWS_AS(decode_tags(out, back), Error);
}

}  // namespace
}  // namespace arbors::codec
