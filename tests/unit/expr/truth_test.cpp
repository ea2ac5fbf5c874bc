#include "engine/expr/evaluate/truth.h"

#include <limits>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

#include "tests/unit/catch.h"

namespace arbors::expr {

TEST_CASE("the rows of one truth are kept, however many there are", "[expr]") {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t size = random() % 300;
    const std::uint32_t rarity = 1 + random() % 60;
    Truths truths(size);
    for (std::uint8_t& truth : truths)
      truth = random() % rarity == 0 ? kTrue : static_cast<std::uint8_t>(random() % 2);
    const auto wanted = static_cast<std::uint8_t>(random() % 3);
    const bool run = random() % 2 == 0;
    std::vector<std::uint32_t> rows, expected;
    for (std::uint32_t i = 0, row = random() % 100; i < size;
         ++i, row += run ? 1 : 1 + random() % 4) {
      rows.push_back(row);
      if (truths[i] == wanted) expected.push_back(row);
    }
    Selection selection =
        run && size > 0 ? Selection::run(rows.front(), size) : Selection::list(rows);
    REQUIRE(count(truths, wanted) == expected.size());
    keep(selection, truths, wanted);
    selection.make_list();
    REQUIRE(std::vector<std::uint32_t>(selection.rows().begin(), selection.rows().end()) ==
            expected);
  }
}

TEST_CASE("truths of many rows are met and counted, whatever they are", "[expr]") {
  std::mt19937 random(12);
  for (const std::size_t size : {63U, 64U, 16'319U, 16'320U, 16'321U, 100'000U}) {
    for (const bool all : {true, false}) {
      Truths left(size, kTrue), right(size, kTrue);
      std::size_t expected = size;
      for (std::size_t i = 0; i < size && !all; ++i) {
        left[i] = static_cast<std::uint8_t>(random() % 3);
        right[i] = static_cast<std::uint8_t>(random() % 3);
        if (left[i] != kTrue || right[i] != kTrue) --expected;
      }
      REQUIRE(meet(left, right) == expected);
      REQUIRE(count(left) == expected);
      REQUIRE(count(left, kFalse) + count(left, kUnknown) == size - expected);
    }
  }
}

TEST_CASE("ranges of numbers are told up to their bounds", "[expr]") {
  constexpr std::int64_t kLeast = INT64_MIN, kGreatest = INT64_MAX;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::vector<std::int64_t> integers{kLeast, kLeast + 1, -1, 0, 1, 99, 100, 101, kGreatest};
  const std::vector<double> reals{
      -kInfinity, -1e300, -0.0,      0.5,
      100,        100.5,  kInfinity, std::numeric_limits<double>::quiet_NaN()};
  const auto check = [](const auto& some, auto low, auto high) {
    std::remove_cvref_t<decltype(some)> values;
    while (values.size() < 70) values.insert(values.end(), some.begin(), some.end());
    for (const std::uint8_t flip : {std::uint8_t{0}, kTrue}) {
      Truths truths(values.size());
      test_numbers(std::span(values), low, high, flip, truths.data());
      for (std::size_t i = 0; i < values.size(); ++i)
        REQUIRE(truths[i] == truth_of((values[i] >= low && values[i] <= high) != (flip != 0)));
    }
  };
  for (const std::int64_t low : integers)
    for (const std::int64_t high : integers)
      if (low <= high) check(integers, low, high);
  for (const double low : reals)
    for (const double high : reals) check(reals, low, high);
}

TEST_CASE("ranges of codes are told in words of each width, up to its bounds", "[expr]") {
  std::mt19937 random(12);
  const auto check = [&](auto word, std::uint32_t first, std::uint32_t count) {
    using Word = decltype(word);
    std::vector<Word> codes(random() % 100);
    for (Word& code : codes)
      code = static_cast<Word>(random() % 3 == 0 ? first + random() % 3 - 1 : random());
    for (const std::uint8_t flip : {std::uint8_t{0}, kTrue}) {
      Truths truths(codes.size());
      test_codes(codes, first, count, flip, truths.data());
      for (std::size_t i = 0; i < codes.size(); ++i)
        REQUIRE(truths[i] ==
                truth_of((codes[i] >= first && codes[i] - first < count) != (flip != 0)));
    }
  };
  for (int round = 0; round < 20; ++round) {
    for (const std::uint32_t first : {0U, 1U, 100U, 254U, 255U, 256U, 65534U, 65535U, 65536U}) {
      for (const std::uint32_t count : {0U, 1U, 2U, 155U, 156U, 255U, 256U, 65535U, 65536U}) {
        check(std::uint8_t{}, first, count);
        check(std::uint16_t{}, first, count);
        check(std::uint32_t{}, first, count);
      }
    }
  }
}

}  // namespace arbors::expr
