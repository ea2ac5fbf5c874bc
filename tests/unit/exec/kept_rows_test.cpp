#include "engine/exec/sort/kept_rows.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>

#include "engine/exec/sort/ranked_values.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::exec {
namespace {

std::vector<std::uint32_t> shuffled(std::size_t count, std::mt19937& random) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  std::shuffle(numbers.begin(), numbers.end(), random);
  return numbers;
}

}  // namespace

TEST_CASE("kept rows are told by their numbers, in large blocks and in small ones", "[exec]") {
  std::mt19937 random(random_seed());
  for (const std::uint32_t most : {1U, 3U, 500U, 16384U, 1U, 3U, 500U, 16384U, 500U}) {
    const auto listed_from = static_cast<std::uint32_t>(random() % 80);
    KeptRows kept;
    std::vector<RowRef> all;
    for (std::uint32_t segment = 0; all.size() < 20'000; ++segment) {
      const std::uint32_t count = static_cast<std::uint32_t>(random()) % (most + 1);
      expr::Selection rows = expr::Selection::run(7, count);
      if (segment > listed_from && random() % 2 == 0) {
        std::vector<std::uint32_t> list;
        const std::uint32_t apart = std::array{1U, 3U, 500U, 70'000U}[random() % 4];
        for (std::uint32_t i = 0; i < count; ++i) list.push_back(apart * i + 1);
        rows = expr::Selection::list(std::move(list));
      }
      kept.add(kept_runs(segment, rows));
      for (std::uint32_t i = 0; i < count; ++i) all.push_back({segment, rows[i]});
    }
    REQUIRE(kept.size() == all.size());
    const std::vector<std::uint32_t> order = shuffled(all.size(), random);
    const std::vector<RowRef> rows = kept.in_order(order);
    REQUIRE(rows.size() == order.size());
    for (std::size_t i = 0; i < order.size(); ++i) REQUIRE(rows[i] == all[order[i]]);
  }
  CHECK(KeptRows().in_order({}).empty());
}

TEST_CASE("ranks of sorted rows come back, as runs and each by itself", "[exec]") {
  std::mt19937 random(random_seed());
  for (const std::uint64_t different : {1ULL, 40ULL, 100'000ULL, 1ULL << 40}) {
    std::vector<std::uint64_t> ranks(5000);
    for (std::uint64_t& rank : ranks) rank = std::uint64_t{random()} * random() % different;
    std::vector<std::uint32_t> order = shuffled(ranks.size(), random);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t number) { return ranks[number]; });
    order.resize(4321);  // not all of them
    const SortedRanks sorted(
        Ranks::filled(ranks.size(), different,
                      [&](auto& words) { std::copy(ranks.begin(), ranks.end(), words.begin()); }),
        order);
    for (const std::size_t first : {0U, 1U, 1234U, 4320U}) {
      for (const std::size_t count : {std::size_t{0}, std::size_t{1}, order.size() - first}) {
        const std::vector<std::uint64_t> cut = sorted.cut(first, count);
        REQUIRE(cut.size() == count);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(cut[i] == ranks[order[first + i]]);
      }
    }
  }
  CHECK(SortedRanks(Ranks(), {}).cut(0, 0).empty());
}

}  // namespace arbors::exec
