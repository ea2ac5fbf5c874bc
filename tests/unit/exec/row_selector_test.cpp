#include "engine/exec/scan/row_selector.h"

#include <bit>
#include <random>

#include "engine/base/error.h"
#include "tests/unit/catch.h"

namespace arbors::exec {

TEST_CASE("the n-th live row of a segment is the one at the n-th position", "[exec]") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20; ++round) {
    Segment segment;
    segment.first_row = 7;
    segment.position = 100;
    segment.rows = 200;
    for (int word = 0; word < 4; ++word) segment.live.push_back(random() & random());
    segment.live[3] &= 0xFF;
    if (round == 0) segment.live.clear();
    segment.count = segment.live.empty() ? segment.rows : 0;
    for (const std::uint64_t word : segment.live)
      segment.count += static_cast<std::uint32_t>(std::popcount(word));
    for (std::uint32_t n = 0; n < segment.count; ++n) {
      const std::uint32_t row = nth_live(segment, n);
      REQUIRE(segment.is_live(row));
      REQUIRE(position_of(segment, segment.first_row + row) == 100 + n);
    }
    if (!segment.live.empty()) REQUIRE_THROWS_AS(nth_live(segment, segment.count), Error);
  }
}

}  // namespace arbors::exec
