#include "engine/batch/columns/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/batch/columns/distinct_estimate.h"
#include "engine/batch/columns/statistics_maker.h"
#include "tests/unit/batch/naive_builder.h"
#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

Statistics of_strings(const std::vector<std::string>& texts, bool dictionary = false) {
  ColumnBuffer buffer;
  buffer.tags.assign(texts.size(), static_cast<std::uint8_t>(Tag::String));
  for (const std::string& text : texts) buffer.strings.pool.add(text);
  if (dictionary) {
    buffer.strings.dictionary = true;
    for (int round = 0; round < 3; ++round)
      for (std::uint32_t i = 0; i < texts.size(); ++i) buffer.strings.codes.push_back(i);
    buffer.tags.assign(texts.size() * 3, static_cast<std::uint8_t>(Tag::String));
  }
  return compute_statistics(buffer);
}

Statistics of_column(const std::vector<std::string>& documents, const char* key) {
  PathDictionary paths;
  const BuiltBatch built = naive_build(documents, paths);
  for (const ColumnBuffer& buffer : built.columns)
    if (paths.text(buffer.path) == key) return compute_statistics(buffer);
  throw std::logic_error("no such path");
}

}  // namespace

TEST_CASE("statistics count kinds and bound numbers", "[batch]") {
  const Statistics statistics =
      of_column({R"({"x":3})", R"({"x":null})", R"({})", R"({"x":-7})", R"({"x":2.5})",
                 R"({"x":18446744073709551615})", R"({"x":true})", R"({"x":3})"},
                "x");
  REQUIRE(statistics.rows == 8);
  REQUIRE(statistics.count(Tag::Integer) == 3);
  REQUIRE(statistics.count(Tag::Missing) == 1);
  REQUIRE(statistics.count(Tag::Null) == 1);
  REQUIRE(statistics.integer_min == -7);
  REQUIRE(statistics.integer_max == 3);
  REQUIRE(statistics.integer_sum == -1);
  REQUIRE(statistics.real_min == 2.5);
  REQUIRE(statistics.real_max == 18446744073709551615.0);
  REQUIRE(statistics.distinct == 5);
}

TEST_CASE("statistics come back as they were written, in few bytes", "[batch]") {
  std::mt19937 random(3);
  std::vector<std::string> documents;
  for (int i = 0; i < 300; ++i) documents.push_back(random_document(random));
  PathDictionary paths;
  for (const ColumnBuffer& buffer : naive_build(documents, paths).columns) {
    const Statistics before = compute_statistics(buffer);
    Bytes bytes;
    before.write(bytes);
    const Statistics after = Statistics::read(bytes);
    REQUIRE(bytes.size() < 128 + 8 * before.string_filter.size());
    REQUIRE(after.rows == before.rows);
    REQUIRE(after.counts == before.counts);
    REQUIRE(after.integer_min == before.integer_min);
    REQUIRE(after.integer_max == before.integer_max);
    REQUIRE(after.integer_sum == before.integer_sum);
    REQUIRE(after.real_min == before.real_min);
    REQUIRE(after.real_max == before.real_max);
    REQUIRE(after.string_min == before.string_min);
    REQUIRE(after.string_max == before.string_max);
    REQUIRE(after.string_max_open == before.string_max_open);
    REQUIRE(after.numeric_strings == before.numeric_strings);
    REQUIRE(after.ascii_strings == before.ascii_strings);
    REQUIRE(after.distinct == before.distinct);
    REQUIRE(after.string_filter == before.string_filter);
  }
}

TEST_CASE("each kind of a long column is counted", "[batch]") {
  ColumnBuffer buffer;
  for (int row = 0; row < 10'000; ++row) {
    const Tag tag = row % 3 == 0 ? Tag::Missing : row % 1000 == 1 ? Tag::Opaque : Tag::True;
    buffer.tags.push_back(static_cast<std::uint8_t>(tag));
  }
  const Statistics statistics = compute_statistics(buffer);
  const auto expected = [&](Tag tag) {
    return std::count(buffer.tags.begin(), buffer.tags.end(), static_cast<std::uint8_t>(tag));
  };
  for (const Tag tag : {Tag::Missing, Tag::True, Tag::Opaque, Tag::Null})
    CHECK(statistics.count(tag) == expected(tag));
}

TEST_CASE("the bounds of the greatest integers survive", "[batch]") {
  Statistics statistics =
      of_column({R"({"x":-9223372036854775808})", R"({"x":9223372036854775807})"}, "x");
  Bytes bytes;
  statistics.write(bytes);
  statistics = Statistics::read(bytes);
  REQUIRE(statistics.integer_min == INT64_MIN);
  REQUIRE(statistics.integer_max == INT64_MAX);
  REQUIRE(statistics.integer_sum == -1);
}

TEST_CASE("sums are exact beyond 64 bits, and may be missing", "[batch]") {
  for (const std::int64_t value : {INT64_MIN, INT64_MAX, std::int64_t{-1} << 31}) {
    ColumnBuffer buffer;
    buffer.integers.assign(1000, value);
    buffer.tags.assign(1000, static_cast<std::uint8_t>(Tag::Integer));
    Statistics statistics = compute_statistics(buffer);
    const WideInteger sum = WideInteger{value} * 1000;
    REQUIRE(*statistics.integer_sum == sum);
    Bytes bytes;
    statistics.write(bytes);
    REQUIRE(*Statistics::read(bytes).integer_sum == sum);
    statistics.integer_sum.reset();
    Bytes without;
    statistics.write(without);
    REQUIRE(without.size() < bytes.size());
    REQUIRE_FALSE(Statistics::read(without).integer_sum);
  }
}

TEST_CASE("bounds of long strings are cut but never too narrow", "[batch]") {
  const std::string low(100, 'a'), high = std::string(31, 'z') + "\xFF" + std::string(20, 'b');
  const Statistics statistics = of_strings({high, low});
  REQUIRE(statistics.string_min.size() <= 32);
  REQUIRE(statistics.string_max.size() <= 32);
  REQUIRE(statistics.string_min <= low);
  REQUIRE(statistics.string_max >= high);
  REQUIRE_FALSE(statistics.string_max_open);
  REQUIRE(of_strings({std::string(40, '\xFF')}).string_max_open);
  REQUIRE(of_strings({std::string(40, '\xFF')}).may_hold_string(std::string(50, '\xFF')));
}

TEST_CASE("membership never denies what is there and mostly denies what is not", "[batch]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.push_back("user-" + std::to_string(i * 7));
  const Statistics statistics = of_strings(texts, true);
  REQUIRE_FALSE(statistics.string_filter.empty());
  for (const std::string& text : texts) REQUIRE(statistics.may_hold_string(text));
  int wrong = 0;
  for (int i = 0; i < 7000; ++i)
    if (i % 7 != 0) wrong += statistics.may_hold_string("user-" + std::to_string(i));
  REQUIRE(wrong < 6000 / 20);
  REQUIRE_FALSE(statistics.may_hold_string("a"));
  REQUIRE_FALSE(statistics.may_hold_string("zebra"));
}

TEST_CASE("texts that read as numbers are noticed", "[batch]") {
  for (const char* text : {"1", " -1.5e3 ", "+.5", "1.", "1e-7", "007"})
    REQUIRE(of_strings({"x", text}).numeric_strings);
  for (const char* text :
       {"", "2021-01-01", "1x", "x1", "-", "e5", "10.20.30", "2021-01-01T00:00:00Z"})
    REQUIRE_FALSE(of_strings({"x", text}).numeric_strings);
}

TEST_CASE("texts beyond ASCII are noticed", "[batch]") {
  REQUIRE(of_strings({"plain"}).ascii_strings);
  REQUIRE_FALSE(of_strings({"plain", "é"}).ascii_strings);
}

TEST_CASE("distinct values are counted exactly in short streams, estimated in long ones",
          "[batch]") {
  const auto estimate = [](std::size_t values, std::size_t distinct) {
    return static_cast<double>(
        estimate_distinct(values, [&](std::size_t i) { return mix_bits(mix_bits(i) % distinct); }));
  };
  REQUIRE(estimate(1, 1) == 1);
  REQUIRE(estimate(4000, 5) == 5);
  REQUIRE(estimate_distinct(1000, [](std::size_t i) { return mix_bits(i % 700); }) == 700);
  for (const std::size_t distinct : {1, 10, 500})
    REQUIRE(std::abs(estimate(16384, distinct) / static_cast<double>(distinct) - 1) < 0.05);
  REQUIRE(estimate_distinct(16384, [](std::size_t i) { return mix_bits(i); }) == 16384);
  REQUIRE(estimate(16384, 5000) > 2500);
  REQUIRE(estimate(16384, 5000) < 10000);
}

}  // namespace arbors::batch
