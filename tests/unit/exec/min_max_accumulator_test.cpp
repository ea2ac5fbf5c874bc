#include <algorithm>
#include <optional>
#include <random>
#include <vector>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/accumulator.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

// Values among which the least and the greatest of all integers are no rare ones.
std::int64_t some_integer(std::mt19937_64& random) {
  constexpr std::int64_t kEnds[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
  return random() % 3 == 0 ? kEnds[random() % 4] : static_cast<std::int64_t>(random() % 7) - 3;
}

}  // namespace

TEST_CASE("the least and greatest integers of groups, many and few", "[exec]") {
  std::mt19937_64 random(20261130);
  for (int round = 0; round < 400; ++round) {
    const std::uint32_t groups = round % 5 == 0 ? 2000 : 1 + random() % 9;
    const AccumulatorPtr least = bound_accumulator(false, Collation::Binary);
    const AccumulatorPtr greatest = bound_accumulator(true, Collation::Binary);
    std::vector<std::optional<std::int64_t>> lowest(groups), highest(groups);
    std::uint64_t position = 0;
    for (std::uint32_t known = 1 + random() % groups; known <= groups; known += 1 + groups / 3) {
      const auto rows = static_cast<std::uint32_t>(1 + random() % 3000);
      std::vector<std::uint32_t> of_row(rows);
      batch::VectorBuilder builder(rows);
      const bool nulls = random() % 4 == 0;
      const bool few = random() % 2 == 0;  // so that some groups have no row in this vector
      for (std::uint32_t row = 0; row < rows; ++row) {
        of_row[row] = static_cast<std::uint32_t>(random() % (few ? (known + 2) / 3 : known));
        if (nulls && random() % 2 == 0) {
          builder.append_null();
          continue;
        }
        const std::int64_t value = some_integer(random);
        builder.append_integer(value);
        std::optional<std::int64_t>& low = lowest[of_row[row]];
        std::optional<std::int64_t>& high = highest[of_row[row]];
        low = std::min(low.value_or(value), value);
        high = std::max(high.value_or(value), value);
      }
      const batch::VectorPtr values = builder.finish();
      for (Accumulator* bound : {least.get(), greatest.get()})
        bound->add(values.get(), {of_row, known, rows, position});
      position += rows;
    }
    const batch::VectorPtr low = least->finish(groups);
    const batch::VectorPtr high = greatest->finish(groups);
    for (std::uint32_t group = 0; group < groups; ++group) {
      CAPTURE(round, group);
      REQUIRE((low->tag(group) == batch::Tag::Integer) == lowest[group].has_value());
      REQUIRE((high->tag(group) == batch::Tag::Integer) == highest[group].has_value());
      if (!lowest[group]) continue;
      REQUIRE(low->integers[group] == *lowest[group]);
      REQUIRE(high->integers[group] == *highest[group]);
    }
  }
}

// 1 and 1.0 are equal, and the first row's is kept, whichever vector a worker takes first.
TEST_CASE("the first of equal bounds is kept where integers meet other kinds", "[exec]") {
  for (const bool integer_first : {true, false}) {
    for (const bool in_order : {true, false}) {
      const AccumulatorPtr bound = bound_accumulator(true, Collation::Binary);
      for (const bool first : {in_order, !in_order}) {
        batch::VectorBuilder builder(8);
        for (int row = 0; row < 8; ++row) {
          if (first == integer_first) {
            builder.append_integer(1);
          } else {
            builder.append_real(1.0);
          }
        }
        bound->add(builder.finish().get(), {{}, 1, 8, first ? 0U : 8U});
      }
      const batch::VectorPtr kept = bound->finish(1);
      CAPTURE(integer_first, in_order);
      CHECK(kept->tag(0) == (integer_first ? batch::Tag::Integer : batch::Tag::Real));
    }
  }
}

}  // namespace arbors::exec
