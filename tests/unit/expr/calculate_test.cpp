#include "engine/expr/evaluate/calculate.h"

#include <random>

#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector_builder.h"
#include "tests/unit/catch.h"

namespace arbors::expr {

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
  const std::uint32_t rows = left.vector().rows;
  for (const std::int64_t divisor : numbers) {
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
}

}  // namespace arbors::expr
