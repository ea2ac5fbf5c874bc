#include "engine/expr/evaluate/truth.h"

#include <random>

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

}  // namespace arbors::expr
