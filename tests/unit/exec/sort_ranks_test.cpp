#include "engine/exec/sort/sort_ranks.h"

#include <memory>
#include <random>
#include <string>

#include "engine/base/error.h"
#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/exec/sort/sorted_rows.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"
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

enum class Kind { Texts, Nulls, Integers, Wide, Reals, Anything };

batch::VectorPtr random_values(Kind kind, std::mt19937& random) {
  const std::uint32_t rows = random() % 200;
  batch::VectorBuilder builder(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const Kind one = kind == Kind::Anything ? static_cast<Kind>(random() % 5) : kind;
    if (random() % 5 == 0 || one == Kind::Nulls)
      builder.append_null();
    else if (one == Kind::Texts)
      builder.append_text((random() % 2 == 0 ? "t" : "T") + std::to_string(random() % 90));
    else if (one == Kind::Reals)
      builder.append_real(static_cast<double>(random() % 50) / 2);
    else
      builder.append_integer(static_cast<std::int64_t>(random() % 50)
                             << (one == Kind::Wide ? 50 : 0));
  }
  return builder.finish();
}

batch::TextDomainPtr domain(std::size_t bytes) {
  auto budget = std::make_shared<batch::TextBudget>();
  budget->most = bytes;
  return std::make_shared<batch::TextDomain>(std::move(budget));
}

// As ORDER BY compares.
int compare_rows(const Value& left, const Value& right, bool descending, bool nulls_last,
                 Collation collation) {
  if (left.is_null() || right.is_null())
    return left.is_null() == right.is_null() ? 0 : (left.is_null() == nulls_last ? 1 : -1);
  const int order = compare(left, right, collation);
  return descending ? -order : order;
}

}  // namespace

TEST_CASE("ranks order values of any kinds, whether texts lie in a domain, in several, or in none",
          "[exec]") {
  std::mt19937 random(random_seed());
  for (int round = 0; round < 600; ++round) {
    INFO("round " << round);
    const bool descending = random() % 2 == 0, nulls_last = random() % 2 == 0;
    const Collation collation = random() % 3 == 0 ? Collation::NoCase : Collation::Binary;
    const std::vector<batch::TextDomainPtr> domains{domain(1 << 20), domain(1 << 20), domain(1500)};
    const std::size_t usual = random() % 3;
    const auto kind = static_cast<Kind>(random() % 6);
    SortRanks ranks(descending, nulls_last, collation);
    ranks.keep_values();
    ranks.expect(1600);
    std::vector<Value> all;
    for (int block = 0; block < 8; ++block) {
      const bool other = random() % 16 == 0;
      const auto values = random_values(other ? static_cast<Kind>(random() % 6) : kind, random);
      if (values->strings && random() % 16 != 0) {
        const std::size_t of = random() % 16 == 0 ? random() % 3 : usual;
        values->strings->numbers =
            std::make_shared<batch::EntryNumbers>(domains[of], values->strings->size());
      }
      for (std::uint32_t row = 0; row < values->rows; ++row)
        all.push_back(batch::value_at(*values, row));
      ranks.append(values);
    }
    std::vector<Ranks> keys;
    keys.push_back(ranks.finish({}));
    const Ranks& key = keys.front();
    REQUIRE(key.size() == all.size());
    const std::vector<std::uint32_t> order = sorted_rows(keys);
    for (std::size_t at = 1; at < order.size(); ++at) {
      const std::uint32_t left = order[at - 1], right = order[at];
      const int compared = compare_rows(all[left], all[right], descending, nulls_last, collation);
      REQUIRE(compared <= 0);
      REQUIRE((compared == 0) == (key[left] == key[right]));
      if (compared == 0) REQUIRE(left < right);
    }
    if (!ranks.ranked_values()) continue;
    std::vector<std::uint64_t> words(key.size());
    for (std::size_t row = 0; row < words.size(); ++row) words[row] = key[row];
    const batch::VectorPtr told = ranks.ranked_values()->values(words);
    for (std::size_t row = 0; row < words.size(); ++row) {
      const Value value = batch::value_at(*told, row);
      REQUIRE(value.is_null() == all[row].is_null());
      REQUIRE((value.is_null() || compare(value, all[row]) == 0));
    }
  }
}

TEST_CASE("rows that lie in order, or almost so, are sorted by all keys", "[exec]") {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 300 + random() % 900;
    std::vector<std::vector<std::uint64_t>> words(1 + random() % 3);
    for (auto& key : words) {
      key.resize(rows);
      for (std::uint64_t& word : key) word = random() % 8;
    }
    std::vector<std::vector<std::uint64_t>> tuples(rows);
    for (std::size_t row = 0; row < rows; ++row)
      for (const auto& key : words) tuples[row].push_back(key[row]);
    std::ranges::sort(tuples);
    if (random() % 2 == 0) std::swap(tuples[random() % rows], tuples[random() % rows]);
    std::vector<Ranks> keys;
    for (std::size_t key = 0; key < words.size(); ++key)
      keys.push_back(Ranks::filled(rows, UINT64_MAX, [&](auto& to) {
        for (std::size_t row = 0; row < rows; ++row)
          to[row] = static_cast<std::remove_reference_t<decltype(to[0])>>(tuples[row][key]);
      }));
    const std::vector<std::uint32_t> order = sorted_rows(keys);
    REQUIRE(order.size() == rows);
    for (std::size_t at = 1; at < rows; ++at) {
      const std::uint32_t left = order[at - 1], right = order[at];
      REQUIRE((tuples[left] < tuples[right] || (tuples[left] == tuples[right] && left < right)));
    }
  }
}

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
