#include "engine/exec/group/value_numbers.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "tests/unit/catch.h"

namespace arbors::exec {
namespace {

using batch::VectorPtr;

// A block as a batch has it: strings by code from a pool of distinct texts.
VectorPtr strings(std::mt19937& random, std::uint32_t rows, std::uint32_t texts, bool nulls) {
  auto pool = std::make_shared<batch::TextPool>();
  const std::uint32_t first = random() % 50;
  for (std::uint32_t text = 0; text < texts; ++text) pool->add("t" + std::to_string(first + text));
  auto block = std::make_shared<batch::Vector>();
  block->rows = rows;
  block->uniform = batch::Tag::String;
  block->kinds = batch::tag_bit(batch::Tag::String);
  block->strings = pool;
  std::vector<std::uint32_t> codes(rows);
  for (std::uint32_t& code : codes) code = random() % texts;
  block->codes = batch::Codes::narrow(std::move(codes), texts);
  if (!nulls) return block;
  block->tags.assign(rows, static_cast<std::uint8_t>(batch::Tag::String));
  block->kinds |= batch::kNullTags;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (random() % 3 != 0) continue;
    block->tags[row] = random() % 2;
    block->codes.blank(row);
  }
  return block;
}

VectorPtr anything(std::mt19937& random, std::uint32_t rows) {
  batch::VectorBuilder builder(rows);
  for (std::uint32_t row = 0; row < rows; ++row) {
    const std::string text = "t" + std::to_string(random() % 60);
    switch (random() % 5) {
      case 0:
        builder.append_integer(random() % 5);
        break;
      case 1:
        builder.append_real(random() % 5);
        break;
      case 2:
        builder.append_json(text);
        break;
      case 3:
        builder.append_null();
        break;
      default:
        builder.append_text(text);
    }
  }
  return builder.finish();
}

std::vector<VectorPtr> random_blocks(std::mt19937& random) {
  std::vector<VectorPtr> blocks;
  for (int block = 0; block < 6; ++block) {
    const std::uint32_t rows = 1 + random() % 300;
    if (random() % 8 == 0) blocks.push_back(batch::uniform(batch::Tag::Missing, rows));
    blocks.push_back(random() % 6 == 0 ? anything(random, rows)
                                       : strings(random, rows, 1 + random() % 60, random() % 2));
  }
  return blocks;
}

void put_into(const batch::TextDomainPtr& domain, const std::vector<VectorPtr>& blocks) {
  for (const VectorPtr& block : blocks)
    if (block->strings)
      block->strings->numbers =
          std::make_shared<batch::EntryNumbers>(domain, block->strings->size());
}

std::vector<std::vector<std::uint32_t>> number_blocks(ValueNumbers& numbers,
                                                      const std::vector<VectorPtr>& blocks) {
  std::vector<std::vector<std::uint32_t>> all;
  for (const VectorPtr& block : blocks) numbers.number(*block, all.emplace_back());
  return all;
}

void require_same(const ValueNumbers& left, const ValueNumbers& right) {
  REQUIRE(left.size() == right.size());
  REQUIRE(left.null_number() == right.null_number());
  const VectorPtr a = left.values(), b = right.values();
  for (std::uint32_t row = 0; row < left.size(); ++row) {
    REQUIRE(a->tag(row) == b->tag(row));
    REQUIRE(compare(batch::value_at(*a, row), batch::value_at(*b, row)) == 0);
  }
}

std::shared_ptr<batch::TextBudget> budget(std::size_t bytes) {
  auto budget = std::make_shared<batch::TextBudget>();
  budget->most = bytes;
  return budget;
}

}  // namespace

TEST_CASE("values have the same numbers whether their texts lie in a domain or not", "[exec]") {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const std::vector<VectorPtr> blocks = random_blocks(random);
    ValueNumbers plain;
    const auto expected = number_blocks(plain, blocks);
    // Domains that take all texts, some, or none; and other queries have met other texts before.
    const auto domain = std::make_shared<batch::TextDomain>(budget(round % 3 == 0   ? 1 << 20
                                                                   : round % 3 == 1 ? 2000
                                                                                    : 0));
    const std::vector<VectorPtr> other = random_blocks(random);
    put_into(domain, other);
    ValueNumbers before;
    number_blocks(before, other);
    put_into(domain, blocks);
    ValueNumbers in_domain;
    REQUIRE(number_blocks(in_domain, blocks) == expected);
    require_same(in_domain, plain);
    ValueNumbers again;
    REQUIRE(number_blocks(again, blocks) == expected);
  }
}

TEST_CASE("rows are counted by their values' numbers as if they were numbered", "[exec]") {
  std::mt19937 random(7);
  int counted = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<VectorPtr> blocks;
    for (int block = 0; block < 8; ++block)
      blocks.push_back(random() % 8 == 0 ? anything(random, 200)
                                         : strings(random, 100 + random() % 400, 1 + random() % 12,
                                                   random() % 2));
    if (round % 2 == 0)
      put_into(std::make_shared<batch::TextDomain>(budget(round % 4 == 0 ? 200 : 1 << 20)), blocks);
    ValueNumbers numbers, expected;
    for (const VectorPtr& block : blocks) {
      std::vector<std::uint32_t> of_row, wanted_of_row;
      std::vector<GroupRows> rows;
      std::map<std::uint32_t, std::uint32_t> found, wanted;
      expected.number(*block, wanted_of_row);
      for (const std::uint32_t number : wanted_of_row) ++wanted[number];
      if (numbers.count(*block, rows)) {
        ++counted;
        for (const auto& [group, count] : rows) found[group] += count;
      } else {
        numbers.number(*block, of_row);
        for (const std::uint32_t number : of_row) ++found[number];
      }
      REQUIRE(found == wanted);
    }
    require_same(numbers, expected);
  }
  REQUIRE(counted > 100);
}

TEST_CASE("the width of codes shows in no number", "[exec]") {
  std::mt19937 random(9);
  for (const std::uint32_t texts : {1U, 255U, 256U, 257U, 65535U, 65536U, 65537U}) {
    std::vector<VectorPtr> narrow, wide;
    for (int block = 0; block < 4; ++block) {
      const VectorPtr made = strings(random, 200 + random() % 4000, texts, block % 2 == 1);
      auto widened = std::make_shared<batch::Vector>(*made);
      widened->codes = batch::Codes(made->codes.wide());
      narrow.push_back(made);
      wide.push_back(std::move(widened));
    }
    for (const bool domain : {false, true}) {
      if (domain) put_into(std::make_shared<batch::TextDomain>(budget(1 << 24)), narrow);
      ValueNumbers of_narrow, of_wide;
      REQUIRE(number_blocks(of_narrow, narrow) == number_blocks(of_wide, wide));
      require_same(of_narrow, of_wide);
      of_narrow.freeze();
      of_wide.freeze();
      for (std::size_t block = 0; block < narrow.size(); ++block) {
        std::vector<std::uint32_t> found, expected;
        of_narrow.find(*narrow[block], found);
        of_wide.find(*wide[block], expected);
        REQUIRE(found == expected);
      }
    }
  }
}

TEST_CASE("integers have numbers whatever their size and their neighbours", "[exec]") {
  std::mt19937_64 random(8);
  for (int round = 0; round < 50; ++round) {
    ValueNumbers numbers;
    std::map<std::int64_t, std::uint32_t> known;
    for (int block = 0; block < 4; ++block) {
      batch::VectorBuilder builder;
      const std::uint32_t rows = block == 0 ? 10 : 600;
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (round % 2 == 1 && random() % 5 == 0)
          builder.append_null();
        else
          builder.append_integer(static_cast<std::int64_t>(random() >> (50 + random() % 14)) - 3);
      }
      const VectorPtr values = builder.finish();
      std::vector<std::uint32_t> of_row;
      numbers.number(*values, of_row);
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (values->tag(row) != batch::Tag::Integer) {
          REQUIRE(of_row[row] == numbers.null_number());
          continue;
        }
        const auto added = known.try_emplace(values->integers[row], of_row[row]);
        REQUIRE(added.first->second == of_row[row]);
      }
    }
    // NULL in all rows, of which a computed column may still have integers.
    batch::Vector nulls = *batch::constant(Value::of(std::int64_t{0}), 300);
    nulls.uniform = batch::Tag::Null;
    nulls.kinds |= batch::tag_bit(batch::Tag::Null);
    std::vector<std::uint32_t> of_nulls;
    numbers.number(nulls, of_nulls);
    REQUIRE(of_nulls == std::vector<std::uint32_t>(300, numbers.null_number()));
    numbers.freeze();
    for (const auto& [value, number] : known) {
      std::vector<std::uint32_t> found;
      numbers.find(*batch::constant(Value::of(value), 1), found);
      REQUIRE(found.front() == number);
    }
  }
}

TEST_CASE("all values of another table are numbered as one by one", "[exec]") {
  std::mt19937 random(6);
  for (int round = 0; round < 200; ++round) {
    const std::vector<VectorPtr> first = random_blocks(random), second = random_blocks(random);
    const auto domain =
        std::make_shared<batch::TextDomain>(budget(round % 4 == 0 ? 2000 : 1 << 20));
    if (round % 2 == 0) put_into(domain, first);
    if (round % 3 != 0) put_into(domain, second);
    ValueNumbers merged, added, expected;
    number_blocks(merged, first);
    number_blocks(expected, first);
    number_blocks(added, second);
    std::vector<std::uint32_t> numbers, wanted;
    merged.number_all(added, numbers);
    expected.number(*added.values(), wanted);
    REQUIRE(numbers == wanted);
    require_same(merged, expected);
  }
}

TEST_CASE("the first of equal values stands for them, and it is known where they look different",
          "[exec]") {
  struct Example {
    std::vector<Value> values;
    Collation collation;
    bool varied;
  };
  const auto text = [](const char* one) { return Value::of(std::string(one)); };
  for (const Example& example :
       {Example{{Value::of(std::int64_t{1}), Value::of(1.0)}, Collation::Binary, true},
        {{Value::of(1.0), Value::of(std::int64_t{1})}, Collation::Binary, true},
        {{Value::of(1.0), Value::of(1.0)}, Collation::Binary, false},
        {{text("a"), text("A")}, Collation::NoCase, true},
        {{text("a"), text("a")}, Collation::NoCase, false},
        {{text("a "), text("a")}, Collation::RTrim, true}}) {
    ValueNumbers apart(example.collation), other(example.collation), together(example.collation);
    std::vector<std::uint32_t> numbers;
    const auto vector = [](const Value& value) {
      batch::VectorBuilder builder(1);
      builder.append_value(value);
      return builder.finish();
    };
    for (const Value& value : example.values) together.number(*vector(value), numbers);
    REQUIRE(together.varied() == example.varied);
    REQUIRE(together.size() == 1);
    const Value shown = batch::value_at(*together.values(), 0);
    REQUIRE(shown.kind == example.values.front().kind);
    REQUIRE(compare(shown, example.values.front()) == 0);
    apart.number(*vector(example.values.front()), numbers);
    other.number(*vector(example.values.back()), numbers);
    apart.number_all(other, numbers);
    REQUIRE(apart.varied() == example.varied);
  }
}

// As a query meets texts for the first time, each batch brings some more, and that many are
// expected.
TEST_CASE("room for groups grows by steps, not by each, where more are expected all the time",
          "[exec]") {
  std::vector<int> values;
  int moves = 0;
  for (std::size_t groups = 1; groups <= 100'000; ++groups) {
    const std::size_t capacity = values.capacity();
    make_room(values, groups, groups + 3);
    values.push_back(0);
    if (values.capacity() != capacity) ++moves;
  }
  CHECK(moves < 40);
}

}  // namespace arbors::exec
