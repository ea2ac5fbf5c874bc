#include "sql/state/overlays.h"

#include <map>
#include <random>

#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::store::tests {
namespace {

using Known = std::map<std::uint32_t, std::uint32_t>;

Known listed(const Overlays& overlays) {
  Known known;
  for (const auto& [row, text] : overlays) {
    REQUIRE((known.empty() || known.rbegin()->first < row));
    known.emplace(row, text);
  }
  return known;
}

}  // namespace

TEST_CASE("overlays are those that were set and not removed, in order of their rows", "[store]") {
  std::mt19937 random(random_seed());
  for (const std::uint32_t rows : {1U, 40U, 256U, 257U, 5000U, 70'000U}) {
    Overlays overlays;
    Known known;
    for (std::uint32_t number = 0; number < 4000; ++number) {
      const std::uint32_t row = random() % rows;
      if (random() % 3 == 0) {
        REQUIRE(overlays.remove(row) == (known.erase(row) == 1));
      } else {
        REQUIRE(overlays.set(row, number) == !known.contains(row));
        known[row] = number;
      }
      const std::uint32_t other = random() % (2 * rows);
      const auto at = known.find(other);
      REQUIRE(overlays.text(other) ==
              (at == known.end() ? std::nullopt : std::optional(at->second)));
      REQUIRE(overlays.size() == known.size());
      if (number % 500 == 0) REQUIRE(listed(overlays) == known);
    }
    REQUIRE(listed(overlays) == known);
  }
}

TEST_CASE("a row has a tree or values over it", "[store]") {
  SegmentOverlays over;
  over.values[3].set(7, 0);
  over.values[4].set(7, 1);
  over.values[4].set(8, 2);
  CHECK(over.size() == 3);
  CHECK(over.remove_values(7) == 2);
  CHECK(over.values.size() == 1);
  over.trees.set(7, 0);
  CHECK(over.size() == 2);
  CHECK(over.remove(7) == 1);
  CHECK(over.remove(9) == 0);
}

}  // namespace arbors::store::tests
