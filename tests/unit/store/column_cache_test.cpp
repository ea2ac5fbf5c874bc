#include "sql/batches/column_cache.h"

#include <numeric>
#include <string>

#include "tests/unit/catch.h"

namespace arbors::store {
namespace {

constexpr std::size_t kBytes = 1000;

batch::VectorPtr column_of(std::size_t bytes) {
  auto column = std::make_shared<batch::Vector>();
  column->tags.resize(bytes - sizeof(batch::Vector));
  return column;
}

batch::VectorPtr texts(const std::string& text) {
  auto pool = std::make_shared<batch::TextPool>();
  pool->add(text);
  auto column = std::make_shared<batch::Vector>();
  column->strings = std::move(pool);
  return column;
}

// A dictionary of so many texts, each in a row; the texts of one path.
batch::VectorPtr dictionary(std::uint32_t first, std::uint32_t texts) {
  auto pool = std::make_shared<batch::TextPool>();
  pool->distinct = true;
  auto column = std::make_shared<batch::Vector>();
  column->uniform = batch::Tag::String;
  column->kinds = batch::tag_bit(batch::Tag::String);
  for (std::uint32_t i = 0; i < texts; ++i) {
    pool->add("a text that takes some forty bytes " + std::to_string(first + i));
  }
  std::vector<std::uint32_t> codes(texts);
  std::iota(codes.begin(), codes.end(), 0U);
  column->codes = batch::Codes(std::move(codes));
  column->rows = texts;
  column->strings = std::move(pool);
  return column;
}

// Small numbers, which take eight times their size until they are packed.
batch::VectorPtr numbers(std::int64_t first, std::uint32_t rows) {
  auto column = std::make_shared<batch::Vector>();
  column->uniform = batch::Tag::Integer;
  column->kinds = batch::tag_bit(batch::Tag::Integer);
  column->rows = rows;
  for (std::uint32_t row = 0; row < rows; ++row) column->integers.push_back(first + row % 200);
  return column;
}

// Asks for columns one after another, putting those that are not there, and counts those that are.
int scan(ColumnCache& cache, std::uint64_t first, int columns) {
  int found = 0;
  for (int at = 0; at < columns; ++at) {
    const std::uint64_t nonce = first + static_cast<std::uint64_t>(at);
    if (cache.find(nonce, 1) != nullptr)
      ++found;
    else
      cache.put(nonce, 1, column_of(kBytes));
  }
  return found;
}

}  // namespace

TEST_CASE("all columns stay while they fit, whatever was asked before", "[store]") {
  ColumnCache cache;
  cache.set_capacity(100 * 1200);
  scan(cache, 0, 90);
  CHECK(scan(cache, 0, 90) == 90);
  // Another working set takes the place of the first.
  int found = 0;
  for (int round = 0; round < 4; ++round) found = scan(cache, 1000, 90);
  CHECK(found >= 60);
  CHECK(cache.bytes() <= cache.capacity());
}

TEST_CASE("a scan of more than the bound finds part of it the next time", "[store]") {
  ColumnCache cache;
  cache.set_capacity(100 * 1200);
  scan(cache, 0, 200);
  for (int round = 0; round < 5; ++round) {
    CHECK(scan(cache, 0, 200) >= 50);
    CHECK(cache.bytes() <= cache.capacity());
  }
  // A few other columns are kept from their first use on.
  scan(cache, 1000, 10);
  CHECK(scan(cache, 1000, 10) == 10);
}

TEST_CASE("many rows are picked longer where their column would drive others out", "[store]") {
  constexpr std::size_t kMany = 100;
  ColumnCache cache;
  const auto picks = [&](std::uint64_t nonce) {
    int picks = 0;
    while (cache.note_pick(nonce, 1, kMany, kBytes)) ++picks;
    return picks;
  };
  CHECK(picks(0) == 1);
  cache.set_capacity(100 * 1200);
  scan(cache, 0, 200);
  CHECK(cache.find(0, 1) != nullptr);
  CHECK(picks(5000) == 5);
  REQUIRE(cache.find(150, 1) == nullptr);  // it was here
  CHECK(picks(150) == 20);
  for (std::uint64_t nonce = 6000; nonce < 7000; ++nonce)
    CHECK(cache.note_pick(nonce, 1, kMany, kBytes));
  CHECK(picks(7500) == 20);  // not even a quarter of the columns that are picked would fit
}

TEST_CASE("a smaller bound drops columns, none drops all", "[store]") {
  ColumnCache cache;
  scan(cache, 0, 50);
  CHECK(cache.bytes() >= 50 * kBytes);
  cache.set_capacity(20 * kBytes);
  CHECK(cache.bytes() <= 20 * kBytes);
  CHECK(cache.bytes() > 0);
  cache.set_capacity(0);
  CHECK(cache.bytes() == 0);
  cache.put(7, 1, column_of(kBytes));
  CHECK(cache.find(7, 1) == nullptr);
}

TEST_CASE("columns of one path of an Arbor share a domain of texts", "[store]") {
  ColumnCache cache;
  const int arbor = 0, other = 0;
  const batch::VectorPtr first = texts("a"), second = texts("b"), elsewhere = texts("a");
  cache.put(1, 5, first, &arbor);
  cache.put(2, 5, second, &arbor);
  cache.put(3, 5, elsewhere, &other);
  CHECK(first->strings->numbers->domain() == second->strings->numbers->domain());
  CHECK(first->strings->numbers->domain() != elsewhere->strings->numbers->domain());
}

TEST_CASE("texts that batches share are kept once where their columns come back", "[store]") {
  constexpr std::uint32_t kTexts = 2000, kColumns = 40;
  ColumnCache cache;
  const int arbor = 0;
  const std::size_t whole = dictionary(0, kTexts)->memory();
  cache.set_capacity(20 * whole);
  for (int round = 0; round < 3; ++round)
    for (std::uint64_t nonce = 0; nonce < kColumns; ++nonce)
      if (cache.find(nonce, 5) == nullptr) cache.put(nonce, 5, dictionary(0, kTexts), &arbor);
  CHECK(cache.bytes() <= cache.capacity());
  std::uint32_t found = 0, wrong = 0;
  for (std::uint64_t nonce = 0; nonce < kColumns; ++nonce) {
    const batch::VectorPtr column = cache.find(nonce, 5);
    if (column == nullptr) continue;
    ++found;
    const batch::VectorPtr same = dictionary(0, kTexts);
    for (std::uint32_t row = 0; row < kTexts; ++row)
      wrong += column->text(row) == same->text(row) ? 0 : 1;
  }
  CHECK(found == kColumns);
  CHECK(wrong == 0);
  cache.clear();
  CHECK(cache.bytes() == 0);
}

TEST_CASE("texts that no batch shares go with their columns", "[store]") {
  constexpr std::uint32_t kTexts = 2000, kColumns = 200;
  ColumnCache cache;
  const int arbor = 0;
  const std::size_t whole = dictionary(0, kTexts)->memory();
  cache.set_capacity(20 * whole);
  std::uint32_t found = 0;
  for (std::uint32_t nonce = 0; nonce < kColumns; ++nonce) {
    cache.put(nonce, 5, dictionary(nonce * kTexts, kTexts), &arbor);
    CHECK(cache.bytes() <= cache.capacity());
    const batch::VectorPtr column = cache.find(nonce, 5);
    if (column == nullptr) continue;
    ++found;
    CHECK(column->text(7) == dictionary(nonce * kTexts, kTexts)->text(7));
  }
  CHECK(found > kColumns / 2);
}

TEST_CASE("columns are packed before any goes, and come back as they were", "[store]") {
  constexpr std::uint32_t kRows = 4096;
  constexpr std::uint64_t kColumns = 40;
  ColumnCache cache;
  const int arbor = 0;
  cache.set_capacity(20 * numbers(0, kRows)->memory());
  const auto put = [&](std::uint64_t nonce) {
    cache.put(nonce, 5, numbers(static_cast<std::int64_t>(nonce) << 40, kRows), &arbor);
    CHECK(cache.bytes() <= cache.capacity());
  };
  for (std::uint64_t nonce = 0; nonce < kColumns; ++nonce) put(nonce);
  CHECK(cache.look_up(0, 5).packed != nullptr);
  CHECK(cache.look_up(kColumns - 1, 5).vector != nullptr);  // a newcomer
  cache.hand_over(0, 1000, 5);
  CHECK(cache.find(0, 5) == nullptr);
  cache.hand_over(1000, 0, 5);
  for (std::uint64_t nonce = 0; nonce < kColumns; ++nonce) {
    const batch::VectorPtr column = cache.find(nonce, 5);
    REQUIRE(column != nullptr);
    CHECK(column->integers == numbers(static_cast<std::int64_t>(nonce) << 40, kRows)->integers);
  }
  cache.clear();
  CHECK(cache.bytes() == 0);
}

TEST_CASE("more columns than fit packed stay within the bound", "[store]") {
  constexpr std::uint32_t kRows = 4096;
  ColumnCache cache;
  const int arbor = 0;
  const std::size_t whole = numbers(0, kRows)->memory();
  cache.set_capacity(10 * whole);
  for (int round = 0; round < 3; ++round)
    for (std::uint64_t nonce = 0; nonce < 300; ++nonce)
      if (cache.find(nonce, 5) == nullptr) {
        cache.put(nonce, 5, numbers(1, kRows), &arbor);
        CHECK(cache.bytes() <= cache.capacity());
      }
  cache.set_capacity(2 * whole);
  CHECK(cache.bytes() <= 2 * whole);
  cache.set_capacity(10 * whole);
  for (std::uint64_t nonce = 0; nonce < 300; ++nonce)
    cache.put(nonce, 5, numbers(1, kRows), &arbor);
  CHECK(cache.bytes() <= 10 * whole);
}

TEST_CASE("numbered texts count, and leave with their columns", "[store]") {
  ColumnCache cache;
  const int arbor = 0;
  {
    const batch::VectorPtr column = texts("a text");
    cache.put(1, 5, column, &arbor);
    const std::size_t before = cache.bytes();
    REQUIRE(column->strings->numbers->find(*column->strings, batch::Codes::zeros(1)) != nullptr);
    CHECK(cache.bytes() > before);
  }
  cache.clear();
  CHECK(cache.bytes() == 0);
}

}  // namespace arbors::store
