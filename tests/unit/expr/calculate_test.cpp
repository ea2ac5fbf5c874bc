#include "engine/expr/evaluate/calculate.h"

#include <algorithm>
#include <random>

#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector_builder.h"
#include "tests/unit/catch.h"

namespace arbors::expr {
namespace {

void require_divided(const Operand& left, std::int64_t divisor) {
  const std::uint32_t rows = left.vector().rows;
  for (const Arithmetic op : {Arithmetic::Divide, Arithmetic::Remainder}) {
    const Operand right(Value::of(divisor));
    const batch::VectorPtr results = calculate_rows(op, left, right, rows);
    for (std::uint32_t row = 0; row < rows; ++row) {
      const Scalar expected = calculate(op, left[row], right[row]);
      const Scalar result = scalar_at(*results, row);
      CAPTURE(divisor, row);
      REQUIRE(result.kind == expected.kind);
      REQUIRE(compare(result, expected) == 0);
    }
  }
}

}  // namespace

TEST_CASE("dividing rows of integers gives what dividing them one by one gives", "[expr]") {
  std::mt19937_64 random(9);
  std::vector<std::int64_t> numbers{0,
                                    1,
                                    -1,
                                    2,
                                    -2,
                                    3,
                                    7,
                                    10,
                                    -10,
                                    24,
                                    3600000000,
                                    INT64_MAX,
                                    INT64_MIN,
                                    INT64_MAX - 1,
                                    INT64_MIN + 1};
  for (int bit = 2; bit < 63; ++bit) {
    numbers.push_back(std::int64_t{1} << bit);
    numbers.push_back(-(std::int64_t{1} << bit) + 1);
    numbers.push_back((std::int64_t{1} << bit) + 1);
    numbers.push_back(static_cast<std::int64_t>(random()) >> bit);
  }
  batch::VectorBuilder builder;
  for (const std::int64_t number : numbers) builder.append_integer(number);
  builder.append_null();
  const Operand left(builder.finish());
  for (const std::int64_t divisor : numbers) require_divided(left, divisor);
}

TEST_CASE("dividing natural numbers below 2^51 gives what dividing them one by one gives",
          "[expr]") {
  std::mt19937_64 random(10);
  constexpr std::int64_t kMost = (std::int64_t{1} << 51) - 1;
  for (int round = 0; round < 300; ++round) {
    const auto divisor =
        static_cast<std::int64_t>(random() >> (13 + random() % 50)) % kMost + (round == 0 ? 2 : 1);
    batch::VectorBuilder builder;
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{1}, divisor, kMost})
      builder.append_integer(number);
    for (int i = 0; i < 100; ++i) {
      // Multiples of the divisor and their neighbours are where a quotient by a reciprocal errs.
      const std::int64_t multiple =
          static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kMost / divisor + 1)) *
          divisor;
      for (const std::int64_t number : {multiple - 1, multiple, multiple + 1})
        builder.append_integer(std::clamp<std::int64_t>(number, 0, kMost));
      builder.append_integer(static_cast<std::int64_t>(random() >> (13 + random() % 50)));
    }
    if (round % 3 == 0) builder.append_null();
    require_divided(Operand(builder.finish()), divisor);
  }
}

}  // namespace arbors::expr
