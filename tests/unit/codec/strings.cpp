// Round trips of strings, as lists in every encoding and behind dictionaries.
#include "engine/codec/texts/strings.h"

#include <random>

#include "engine/codec/integers/encodings.h"
#include "tests/unit/catch.h"
#include "tests/unit/codec/text_samples.h"

namespace arbors::codec {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

void check_pool(const StringPool& pool, const std::vector<std::string>& expected) {
  REQUIRE(pool.offsets.size() == pool.entries() + 1);
  REQUIRE(pool.offsets.front() == 0);
  REQUIRE(pool.offsets.back() == pool.heap.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (pool.value(i) != expected[i]) FAIL("value " << i << " differs");
}

TEST_CASE("strings survive", "[codec]") {
  for (const auto& [name, texts] : samples::texts()) {
    INFO(name);
    Bytes out;
    encode_strings(views(texts), out);
    StringPool pool;
    decode_strings(out, texts.size(), pool);
    check_pool(pool, texts);
    if (!pool.dictionary) continue;
    CHECK(pool.codes.size() == texts.size());
    for (std::size_t i = 1; i < pool.entries(); ++i) CHECK(pool.entry(i - 1) < pool.entry(i));
  }
}

TEST_CASE("lists of strings survive every encoding that takes them", "[codec]") {
  for (const auto& [name, texts] : samples::texts())
    for (const auto& codec : string_codecs()) {
      INFO(name << " as " << codec.name);
      Bytes out;
      if (!encode_with(codec, views(texts), out)) {
        CHECK(out.empty());
        continue;
      }
      CHECK(out[0] == codec.number);
      StringPool pool;
      decode_list(out, texts.size(), pool);
      check_pool(pool, texts);
      CHECK(pool.entries() == texts.size());
    }
}

TEST_CASE("coded strings give the same as plain ones", "[codec]") {
  const std::vector<std::string> distinct{"pear", "", "apple", "fig"};
  std::vector<std::uint32_t> codes;
  std::vector<std::string> texts;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    codes.push_back(i % 7 % 4);
    texts.push_back(distinct[codes.back()]);
  }
  Bytes coded, plain;
  encode_coded_strings(codes, views(distinct), coded);
  encode_strings(views(texts), plain);
  CHECK(coded == plain);
  StringPool pool;
  decode_strings(coded, texts.size(), pool);
  CHECK(pool.dictionary);
  CHECK(pool.entries() == 4);
  CHECK(pool.entry(1) == "apple");
  check_pool(pool, texts);
}

}  // namespace
}  // namespace arbors::codec
