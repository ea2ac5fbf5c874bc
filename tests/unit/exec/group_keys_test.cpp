// Groups by several keys, and by thousands of them.
#include "engine/exec/group/group_keys.h"

#include <array>
#include <map>

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

// Groups by three keys of which ever more values come, in words of so many bits; tells whether
// every row is where a map says, in order of first appearance, and is found again.
bool groups_as_a_map(unsigned bits) {
  GroupKeys groups(std::vector<Collation>(3, Collation::Binary), bits);
  std::map<std::array<std::int64_t, 3>, std::uint32_t> known;
  bool right = true;
  for (std::uint32_t block = 1; block <= 20; ++block) {
    std::vector<batch::VectorPtr> columns;
    for (const std::uint32_t factor : {7U, 11U, 13U}) {
      batch::VectorBuilder values(kRows);
      for (std::uint32_t row = 0; row < kRows; ++row)
        values.append_integer((row / 2 + block) * factor % (block * block + 1));
      columns.push_back(values.finish());
    }
    std::vector<std::uint32_t> of_row, found;
    groups.number(columns, of_row);
    groups.freeze();
    groups.find(columns, found);
    for (std::uint32_t row = 0; row < kRows; ++row) {
      std::array<std::int64_t, 3> keys{};
      for (std::size_t key = 0; key < 3; ++key) keys[key] = columns[key]->integers[row];
      const auto next = static_cast<std::uint32_t>(known.size());
      const std::uint32_t want = known.try_emplace(keys, next).first->second;
      right &= of_row[row] == want && found[row] == want;
    }
  }
  const std::vector<batch::VectorPtr> values = groups.values();
  for (const auto& [keys, group] : known)
    for (std::size_t key = 0; key < 3; ++key)
      right &= batch::value_at(*values[key], group).integer == keys[key];
  return right && groups.size() == known.size();
}

TEST_CASE("groups keep their numbers where keys outgrow their bits", "[exec]") {
  for (const unsigned bits : {64U, 30U, 27U, 12U, 6U, 3U, 0U}) CHECK(groups_as_a_map(bits));
}

}  // namespace
}  // namespace arbors::exec
