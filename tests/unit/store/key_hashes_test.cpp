#include "sql/tables/key_hashes.h"

#include <random>
#include <set>
#include <vector>

#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"

namespace arbors::store::tests {
namespace {

TEST_CASE("hashes that were added are among them, and no others", "[store][key]") {
  std::mt19937_64 random(random_seed());
  KeyHashes hashes;
  std::set<std::uint64_t> known;
  const auto hash = [&] { return random() % 3 == 0 ? random() % 100 + 2 : random(); };
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t one = hash();
    CHECK(hashes.has_any({&one, 1}) == known.contains(one));
    std::vector<std::uint64_t> some(random() % 60);
    for (std::uint64_t& each : some) each = hash();
    const std::size_t memory = hashes.memory_with(some.size());
    hashes.add(some);
    CHECK(hashes.memory() <= memory);
    known.insert(some.begin(), some.end());
    if (!some.empty()) CHECK(hashes.has_any(some));
  }
  hashes.clear();
  const std::vector<std::uint64_t> all(known.begin(), known.end());
  CHECK_FALSE(hashes.has_any(all));
  CHECK(hashes.memory() == 0);
}

TEST_CASE("a hash of zero is one like any other", "[store][key]") {
  KeyHashes hashes;
  const std::uint64_t zero = 0, two = 2;
  CHECK_FALSE(hashes.has_any({&zero, 1}));
  hashes.add({&zero, 1});
  CHECK(hashes.has_any({&zero, 1}));
  CHECK_FALSE(hashes.has_any({&two, 1}));
}

}  // namespace
}  // namespace arbors::store::tests
