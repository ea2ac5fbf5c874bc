#include "engine/batch/vectors/text_domain.h"

#include <string>

#include "tests/unit/catch.h"

namespace arbors::batch {
namespace {

std::shared_ptr<TextBudget> budget(std::size_t bytes) {
  auto budget = std::make_shared<TextBudget>();
  budget->most = bytes;
  return budget;
}

TextPool pool_of(const std::vector<std::string>& texts) {
  TextPool pool;
  for (const std::string& text : texts) pool.add(text);
  return pool;
}

Codes codes(std::vector<std::uint32_t> codes) { return Codes(std::move(codes)); }

}  // namespace

TEST_CASE("equal texts of a domain's pools have one number", "[batch]") {
  const auto domain = std::make_shared<TextDomain>(budget(1 << 20));
  const TextPool first = pool_of({"a", "b", ""}), second = pool_of({"c", "b", "a", "b"});
  EntryNumbers first_numbers(domain, first.size()), second_numbers(domain, second.size());
  const auto* a = first_numbers.find(first, codes({0, 1, 2}));
  const auto* b = second_numbers.find(second, codes({0, 1, 2, 3}));
  REQUIRE(a != nullptr);
  REQUIRE(b != nullptr);
  CHECK(a[0] == b[2]);
  CHECK(a[1] == b[1]);
  CHECK(b[1] == b[3]);
  CHECK(a[2] != b[0]);
  CHECK(domain->size() == 4);
  TextPool texts;
  domain->copy(std::vector<std::uint32_t>{b[0], a[2], a[1]}, texts);
  CHECK(texts[0] == "c");
  CHECK(texts[1].empty());
  CHECK(texts[2] == "b");
}

TEST_CASE("few rows of a big pool have only their own entries numbered", "[batch]") {
  const auto domain = std::make_shared<TextDomain>(budget(1 << 20));
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i));
  const TextPool pool = pool_of(texts);
  EntryNumbers numbers(domain, pool.size());
  REQUIRE(numbers.find(pool, codes({70, 3, 70})) != nullptr);
  CHECK(domain->size() == 2);
  REQUIRE(numbers.find(pool, Codes::zeros(100)) != nullptr);
  CHECK(domain->size() == 100);
}

TEST_CASE("a column without its texts reads them in the domain", "[batch]") {
  const auto domain = std::make_shared<TextDomain>(budget(1 << 20));
  auto pool = std::make_shared<TextPool>(pool_of({"a", "", "long enough for the heap"}));
  pool->distinct = true;
  pool->numbers = std::make_shared<EntryNumbers>(domain, pool->size());
  Vector column;
  column.rows = 4;
  column.uniform = Tag::String;
  column.kinds = tag_bit(Tag::String);
  column.codes = codes({2, 0, 1, 2});
  column.strings = pool;
  REQUIRE(pool->numbers->complete(*pool));
  const VectorPtr folded = without_texts(column);
  CHECK(folded->memory() < column.memory());
  CHECK(folded->strings->size() == 3);
  CHECK(folded->strings->distinct);
  for (std::uint32_t row = 0; row < column.rows; ++row)
    CHECK(folded->text(row) == column.text(row));
  const VectorPtr unfolded = with_texts(folded);
  CHECK(unfolded->strings->folded == 0);
  CHECK(unfolded->strings->offsets == pool->offsets);
  CHECK(unfolded->strings->heap == pool->heap);
  CHECK(with_texts(unfolded) == unfolded);
}

TEST_CASE("few rows get their own texts, from the domain or from a big pool", "[batch]") {
  const auto domain = std::make_shared<TextDomain>(budget(1 << 20));
  auto pool = std::make_shared<TextPool>();
  for (int i = 0; i < 1000; ++i) pool->add("text " + std::to_string(i));
  pool->numbers = std::make_shared<EntryNumbers>(domain, pool->size());
  auto column = std::make_shared<Vector>();
  column->tags = {7, 1, 7, 4, 7, 10};  // 10: its code is of another pool
  column->rows = 6;
  column->kinds = kinds_of(column->tags);
  column->codes = codes({999, 0, 0, 0, 999, 5});
  column->strings = pool;
  REQUIRE(pool->numbers->complete(*pool));
  for (const VectorPtr& from : {VectorPtr(column), without_texts(*column)}) {
    const VectorPtr near = with_texts_of_rows(from);
    CHECK(near->strings->size() == 3);
    CHECK(near->strings->folded == 0);
    CHECK(near->strings->numbers == nullptr);
    CHECK(near->tags == column->tags);
    CHECK(near->text(0) == "text 999");
    CHECK(near->text(2) == "text 0");
    CHECK(near->text(4) == "text 999");
    CHECK(near->codes[5] == 5);
  }
}

TEST_CASE("rows that repeat a long text do not get it each", "[batch]") {
  auto column = std::make_shared<Vector>();
  column->rows = 20;
  column->uniform = Tag::String;
  column->kinds = tag_bit(Tag::String);
  column->codes = Codes::zeros(20);
  column->strings = std::make_shared<TextPool>(pool_of({std::string(100'000, 'x')}));
  CHECK(with_texts_of_rows(column) == column);
}

TEST_CASE("texts of many blocks are copied as they are, in runs and one by one", "[batch]") {
  const auto domain = std::make_shared<TextDomain>(budget(1 << 24));
  TextPool pool;
  for (int i = 0; i < 20'000; ++i)
    pool.add(i % 7 == 0 ? std::string() : "text number " + std::to_string(i));
  std::vector<std::string_view> texts;
  for (std::size_t i = 0; i < pool.size(); ++i) texts.push_back(pool[i]);
  std::vector<std::uint32_t> numbers(texts.size());
  REQUIRE(domain->number(texts, numbers.data()));
  TextPool copied;
  copied.add("before");
  domain->copy(numbers, copied);
  REQUIRE(copied.size() == texts.size() + 1);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) wrong += copied[i + 1] == texts[i] ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("a domain tells whether the pools that it is shown have texts in common", "[batch]") {
  constexpr std::uint32_t kTexts = 4096;
  const auto shown = [](bool others) {
    TextDomain domain(budget(1 << 20));
    for (std::uint32_t round = 0; round < 4; ++round) {
      CHECK(!domain.repeats().has_value());
      TextPool pool;
      for (std::uint32_t i = 0; i < kTexts; ++i)
        pool.add(std::to_string(i + (others ? round * kTexts : 0)));
      domain.show(pool);
    }
    return domain.repeats();
  };
  CHECK(shown(false) == true);
  CHECK(shown(true) == false);
}

TEST_CASE("a domain beyond its budget numbers nothing more, and gives its memory back", "[batch]") {
  const auto bytes = budget(4096);
  {
    const auto domain = std::make_shared<TextDomain>(bytes);
    const TextPool small = pool_of({"small"}), large = pool_of({std::string(8192, 'x')});
    EntryNumbers small_numbers(domain, 1), large_numbers(domain, 1);
    const Codes row = Codes::zeros(1);
    REQUIRE(small_numbers.find(small, row) != nullptr);
    CHECK(bytes->used > 0);
    // Texts that have numbers need no room.
    bytes->most = 0;
    const TextPool again = pool_of({"small"});
    EntryNumbers same_numbers(domain, 1);
    CHECK(same_numbers.find(again, row) != nullptr);
    CHECK(!domain->full());
    bytes->most = 4096;
    REQUIRE(large_numbers.find(large, row) == nullptr);
    CHECK(domain->full());
    CHECK(domain->size() == 1);
    CHECK(small_numbers.find(small, row) != nullptr);  // what is known stays so
  }
  CHECK(bytes->used == 0);
}

}  // namespace arbors::batch
