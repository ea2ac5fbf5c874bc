#include "engine/exec/sort/sort_ranks.h"

#include "engine/base/error.h"
#include "engine/batch/vectors/vector_builder.h"
#include "tests/unit/catch.h"
#include "tests/unit/stop_at.h"

namespace arbors::exec {
namespace {

constexpr std::uint32_t kRankedRows = 100'000;

// Distinct values in no order: texts, or texts and numbers.
batch::VectorPtr values(bool mixed) {
  batch::VectorBuilder builder(kRankedRows);
  for (std::uint32_t row = 0; row < kRankedRows; ++row) {
    const std::uint64_t scattered = row * 0x9E3779B97F4A7C15ULL;
    if (mixed && row % 2 == 0)
      builder.append_real(static_cast<double>(scattered) + 0.5);
    else
      builder.append_text(std::to_string(scattered));
  }
  return builder.finish();
}

// Sorts until it has asked so often whether to stop; gives how often it asked.
unsigned questions(bool mixed, Collation collation, unsigned stop_at) {
  SortRanks ranks(false, false, collation);
  ranks.append(values(mixed));
  const StopAt stop(stop_at);
  ranks.finish({});
  return stop.asked();
}

}  // namespace

TEST_CASE("a sort asks whether to stop while it compares", "[exec]") {
  for (const bool mixed : {false, true}) {
    for (const Collation collation : {Collation::Binary, Collation::NoCase}) {
      const unsigned asked = questions(mixed, collation, 0);
      CHECK(asked >= 10);
      for (const unsigned at : {1U, asked / 2, asked}) {
        INFO("mixed " << mixed << ", question " << at << " of " << asked);
        CHECK_THROWS_AS(questions(mixed, collation, at), Error);
      }
    }
  }
}

}  // namespace arbors::exec
