// Groups by several keys, and by thousands of them.
#include "engine/exec/group/group_keys.h"

#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kRows = 300;

batch::VectorPtr key(std::uint32_t number) {
  batch::VectorBuilder values(kRows);
  for (std::uint32_t row = 0; row < kRows; ++row)
    values.append_integer(static_cast<std::int64_t>(row % (number % 7 + 2)));
  return values.finish();
}

TEST_CASE("every key of every group is told, however many keys there are", "[exec]") {
  for (const std::size_t keys : {1U, 2U, 5U, 3000U}) {
    std::vector<batch::VectorPtr> columns;
    for (std::uint32_t number = 0; number < keys; ++number) columns.push_back(key(number));
    GroupKeys groups(std::vector<Collation>(keys, Collation::Binary));
    std::vector<std::uint32_t> of_row;
    groups.number(columns, of_row);
    const std::vector<batch::VectorPtr> values = groups.values();
    REQUIRE(values.size() == keys);
    bool right = true;
    for (std::size_t number = 0; number < keys; ++number)
      for (std::uint32_t row = 0; row < kRows; ++row)
        right &= batch::value_at(*values[number], of_row[row]).integer ==
                 batch::value_at(*columns[number], row).integer;
    CHECK(right);
  }
}

}  // namespace
}  // namespace arbors::exec
