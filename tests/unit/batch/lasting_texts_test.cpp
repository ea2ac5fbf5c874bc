#include "engine/batch/vectors/lasting_texts.h"

#include <string>
#include <vector>

#include "tests/unit/catch.h"

namespace arbors::batch {

TEST_CASE("texts stay in their places while more are added", "[batch]") {
  LastingTexts texts;
  std::vector<std::string> added;
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < 20'000; ++i) {
    // Now and then one that is larger than a block, or empty.
    added.push_back(i % 5000 == 4999 ? std::string(300'000, 'x') : std::string(i % 40, 'a'));
    texts.add(added.back());
    seen.push_back(texts[i]);
  }
  REQUIRE(texts.size() == added.size());
  std::size_t moved = 0, wrong = 0;
  for (std::size_t i = 0; i < added.size(); ++i) {
    moved += texts[i].data() == seen[i].data() ? 0 : 1;
    wrong += texts[i] == added[i] ? 0 : 1;
  }
  CHECK(moved == 0);
  CHECK(wrong == 0);
  CHECK(texts.memory() >= 4 * 300'000);
}

}  // namespace arbors::batch
